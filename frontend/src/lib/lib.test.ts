import { addDays, dayField, endOfDay } from "./day";
import { isGuid, randomUuid } from "./guid";
import { type ServerEvent, readEvents } from "./sse";
import { counted, fileSize, shareText } from "./text";
import { durationText, relativeTime } from "./time";

describe("guid", () => {
  it("knows the shape that Entra uses for ids", () => {
    expect(isGuid(" 3F2504E0-4F89-11D3-9A0C-0305E82C3301 ")).toBe(true);
    expect(isGuid("Zk8Q~x.secretvalue-0001")).toBe(false);
    expect(isGuid("3f2504e04f8911d39a0c0305e82c3301")).toBe(false);
  });

  it("makes version 4 ids that differ", () => {
    const made = Array.from({ length: 50 }, randomUuid);
    expect(new Set(made).size).toBe(50);
    for (const id of made) expect(id).toMatch(/^[0-9a-f-]{14}4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe("time", () => {
  const now = Date.UTC(2026, 0, 31, 12);
  it.each([
    [now - 20_000, "just now"],
    [now - 5 * 60_000, "5 minutes ago"],
    [now - 26 * 3_600_000, "yesterday"],
    [now + 61 * 86_400_000, "in 2 months"],
  ])("tells %d as %s", (at, text) => {
    expect(relativeTime(at, now)).toBe(text);
  });

  it.each([
    ["en-US", "Mar 1, 2027"],
    ["en-GB", "1 Mar 2027"],
    ["de-DE", "1 Mar 2027"],
  ])("writes days as a reader with %s does", async (language, text) => {
    vi.resetModules();
    vi.stubGlobal("navigator", { language });
    const { dayOf } = await import("./time");
    expect(dayOf(new Date(2027, 2, 1).getTime())).toBe(text);
    vi.unstubAllGlobals();
  });

  it("keeps durations short", () => {
    expect([380, 12_400, 185_000, -5].map(durationText)).toEqual([
      "0.4 s",
      "12 s",
      "3 min 5 s",
      "below 0.1 s",
    ]);
  });
});

describe("text", () => {
  it("counts in words", () => {
    expect([counted(1, "policy", "policies"), counted(0, "customer"), counted(1200, "customer")]).toEqual([
      "1 policy",
      "0 customers",
      "1,200 customers",
    ]);
    expect([fileSize(900), fileSize(12_345), fileSize(2_500_000)]).toEqual(["900 B", "12 kB", "2.5 MB"]);
  });
});

describe("server-sent events", () => {
  async function read(...chunks: string[]): Promise<ServerEvent[]> {
    const bytes = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(bytes.encode(chunk));
        controller.close();
      },
    });
    const events: ServerEvent[] = [];
    for await (const event of readEvents(body)) events.push(event);
    return events;
  }

  it("joins what the network split", async () => {
    expect(await read("event: cha", 'nge\ndata: {"kind":', '"import"}\n', "\n")).toEqual([
      { event: "change", data: '{"kind":"import"}' },
    ]);
  });

  it("takes CR LF also when it is split in two, skips comments and joins data lines", async () => {
    expect(await read(": open\r", "\n\r\ndata: a\r", "\ndata:b\r\n\r\n")).toEqual([
      { event: "message", data: "a\nb" },
    ]);
  });

  it("drops an event that the end of the stream cut off", async () => {
    expect(await read("data: whole\n\ndata: half\n")).toEqual([{ event: "message", data: "whole" }]);
  });
});

describe("days", () => {
  it("go through a date field and back, and end with the day", () => {
    const at = new Date(2027, 1, 3, 8, 30).getTime();
    expect(dayField(at)).toBe("2027-02-03");
    expect(dayField(addDays(at, 90))).toBe("2027-05-04");
    expect(endOfDay("2027-02-03")).toBe(new Date(2027, 1, 3, 23, 59, 59).getTime());
    expect(["", "2027-02-31", "tomorrow"].map(endOfDay)).toEqual([undefined, undefined, undefined]);
  });
});

it("never rounds a share to nothing or to all", () => {
  expect([0, 0.001, 0.256, 0.996, 1].map(shareText)).toEqual([
    "0\u00a0%",
    "below 1\u00a0%",
    "26\u00a0%",
    "over 99\u00a0%",
    "100\u00a0%",
  ]);
});
