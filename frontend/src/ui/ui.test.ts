import { valueLines } from "./difference";

it("puts any value of a policy's field into lines", () => {
  expect(valueLines(["a", null, true, 3])).toEqual(["a", "Yes", "3"]);
  expect(valueLines({ value: 1 })).toEqual(['{"value":1}']);
  expect(valueLines(null)).toEqual([]);
});
