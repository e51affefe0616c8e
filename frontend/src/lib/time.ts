const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/**
 * The product speaks English; in which order a date stands and whether the clock counts to 24 is the reader's. Who reads
 * no English otherwise gets the day before the month and 24 hours, as nearly everywhere.
 */
const reader = typeof navigator === "undefined" ? "en" : navigator.language;
const locale = /^en\b/i.test(reader) ? reader : "en-GB";

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });

/** "5 minutes ago", "in 3 months", "just now"; both sides in milliseconds. */
export function relativeTime(at: number, now: number): string {
  const seconds = (at - now) / 1000;
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return "just now";
}

/** Date and time in the reader's time zone. */
export function exactTime(at: number): string {
  return exact.format(at);
}

/** The day alone, in the reader's time zone. */
export function dayOf(at: number): string {
  return day.format(at);
}

/** A duration as people read it: "below 0.1 s", "0.4 s", "12 s", "3 min 5 s". */
export function durationText(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 0.05) return "below 0.1 s";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
