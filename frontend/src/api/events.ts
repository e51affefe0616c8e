/**
 * Server-sent events: they only say that something changed, and the queries ask again. While the stream is down
 * it is tried again with growing pauses, and the fleet and customers on screen are asked for at a slow pace.
 */
import type { QueryClient } from "@tanstack/react-query";
import { readEvents } from "@/lib/sse";
import { invalidateCustomer, invalidatePath } from "./queries";
import { authorizedFetch, currentSession } from "./session";

interface Change {
  /** `customer_changed`, `import_changed`, `baseline_changed`; `resync` when some may have been missed. */
  kind?: string;
  customer_id?: string;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
const POLL_MS = 15_000;
/** Changes of a running import come in bursts: one round of questions for each burst. */
const GATHER_MS = 150;

/** Listens until the signal aborts. */
export async function followEvents(client: QueryClient, signal: AbortSignal): Promise<void> {
  const gather = gatherer(client);
  let pause = FIRST_PAUSE_MS;
  let missed = false;
  while (!signal.aborted && currentSession().status === "signed-in") {
    const poll = setInterval(() => void invalidatePath(client, "/api/v1/"), POLL_MS);
    try {
      const request = new Request(new URL("/api/v1/events", location.href), {
        headers: { Accept: "text/event-stream" },
        signal,
      });
      const response = await authorizedFetch(request);
      if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
      clearInterval(poll);
      pause = FIRST_PAUSE_MS;
      // What changed while nobody listened is not told again.
      if (missed) void invalidatePath(client, "/api/v1/");
      missed = true;
      for await (const event of readEvents(response.body)) gather(parse(event.data));
    } catch {
      // Down or refused: the pause below, then another try.
    } finally {
      clearInterval(poll);
    }
    if (signal.aborted) return;
    await waitPolling(client, pause * (0.75 + Math.random() / 2), signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

function parse(data: string): Change {
  try {
    return JSON.parse(data) as Change;
  } catch {
    return {};
  }
}

function gatherer(client: QueryClient): (change: Change) => void {
  const customers = new Set<string>();
  const paths = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  return ({ kind, customer_id }) => {
    if (customer_id) customers.add(customer_id);
    else paths.add(kind === "baseline_changed" ? "/api/v1/baselines" : "/api/v1/");
    timer ??= setTimeout(() => {
      timer = undefined;
      for (const path of paths) void invalidatePath(client, path);
      for (const id of customers) void invalidateCustomer(client, id);
      paths.clear();
      customers.clear();
    }, GATHER_MS);
  };
}

async function waitPolling(client: QueryClient, ms: number, signal: AbortSignal): Promise<void> {
  if (ms > POLL_MS / 2) void invalidatePath(client, "/api/v1/");
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
