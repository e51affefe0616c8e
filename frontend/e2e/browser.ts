import { existsSync } from "node:fs";
import type { LaunchOptions } from "@playwright/test";

const INSTALLED = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The machine's own Chromium; without one, the copy that comes inside an npm package. */
export async function launchOptions(): Promise<LaunchOptions> {
  const installed = process.env.CHROMIUM ?? INSTALLED.find(existsSync);
  // Chromium's sandbox refuses to run as root.
  const rootArgs = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  if (installed) return { executablePath: installed, args: [...rootArgs, "--disable-dev-shm-usage"] };
  const { default: packed } = await import("@sparticuz/chromium");
  return { executablePath: await packed.executablePath(), args: packed.args };
}
