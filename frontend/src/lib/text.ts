const numbers = new Intl.NumberFormat("en");

export function formatNumber(value: number): string {
  return numbers.format(value);
}

/** "1 policy", "3 policies". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

/** "a, b and c". */
export function listed(words: readonly string[]): string {
  return new Intl.ListFormat("en", { type: "conjunction" }).format(words);
}

/** Bytes as "12 kB". */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** A share in percent that never rounds something to nothing, nor nearly all to all. The sign stays with its number. */
export function shareText(share: number): string {
  if (share > 0 && share < 0.01) return "below 1\u00a0%";
  if (share > 0.99 && share < 1) return "over 99\u00a0%";
  return `${Math.round(share * 100)}\u00a0%`;
}
