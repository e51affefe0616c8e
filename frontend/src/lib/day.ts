/** Days as a date field holds them: "2027-03-01", in the reader's time zone. */
export function dayField(at: number): string {
  const date = new Date(at);
  const pad = (part: number) => String(part).padStart(2, "0");
  return `${String(date.getFullYear()).padStart(4, "0")}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** The same day so many days later, also across a change of the clocks. */
export function addDays(at: number, days: number): number {
  const date = new Date(at);
  date.setDate(date.getDate() + days);
  return date.getTime();
}

/** The last second of a day in a date field; undefined for what is no day. */
export function endOfDay(field: string): number | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(field) ?? [];
  if (!year || !month || !day) return undefined;
  const end = new Date(Number(year), Number(month) - 1, Number(day), 23, 59, 59);
  // 31 February is a day of March.
  return dayField(end.getTime()) === field ? end.getTime() : undefined;
}
