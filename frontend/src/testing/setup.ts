import "@testing-library/jest-dom/vitest";
import { configure } from "@testing-library/react";
import { server } from "./server";

// A screen's code is loaded when it is first opened, which takes its time on a busy machine.
configure({ asyncUtilTimeout: 8_000 });

/** What jsdom lacks and Fluent or the app asks for; a test of files runs without any window. */
if (typeof window !== "undefined") {
  window.matchMedia = (query) =>
    ({
      matches: false,
      media: query,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    }) as unknown as MediaQueryList;
  window.scrollTo = () => undefined;
  Element.prototype.scrollIntoView = () => undefined;
  globalThis.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
}

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(async () => {
  server.resetHandlers();
  // Fluent's observers run once more after a test's end.
  await new Promise((resolve) => setTimeout(resolve, 0));
});
afterAll(() => server.close());
