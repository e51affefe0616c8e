import { useSyncExternalStore } from "react";

/** One clock for all relative times on a screen; it ticks every half minute while anybody looks. */
const TICK_MS = 30_000;
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function read(): number {
  // Without a ticking timer the stored instant is old.
  if (timer === undefined) now = Math.max(now, Math.floor(Date.now() / 1000) * 1000);
  return now;
}

export function useNow(): number {
  return useSyncExternalStore(subscribe, read);
}
