/** What a test lacks, said where `make test` says it again at its end; a failure where `.ci/run` has installed everything. */
import { appendFileSync } from "node:fs";
import { test } from "@playwright/test";

/** Skips the test for want of something that can be installed. */
export function skip(why: string): void {
  const { POLICYTAB_NO_SKIPS: forbidden = "", POLICYTAB_SKIPS: told } = process.env;
  if (forbidden !== "" && forbidden !== "0")
    throw new Error(`POLICYTAB_NO_SKIPS forbids to skip this: ${why}`);
  const line = `${test.info().titlePath[0]}: ${why}\n`;
  process.stdout.write(`SKIPPED ${line}`);
  if (told) appendFileSync(told, line);
  test.skip();
}
