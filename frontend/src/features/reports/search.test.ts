import { check, finding, gap } from "@/testing/fixtures";
import {
  byFramework,
  frameworkChoices,
  namesFramework,
  numbersFirst,
  shortReference,
} from "@/lib/frameworks";
import { filterChecks, filterFindings, parseReportSearch } from "./search";
import { readRegion, severitySteps } from "./words";

const LOW = finding({ id: "f2", severity: "low", kind: "extra", frameworks: [] });

it("ignores what it does not know in the address", () => {
  expect(
    parseReportSearch({ severity: "high,odd,low", kind: 3, source: "elsewhere", view: "all", search: 365 }),
  ).toEqual({ severity: "high,low", search: "365" });
});

it("narrows by every filter at once", () => {
  const findings = [finding(), LOW, gap({ status: "accepted" })];
  expect(filterFindings(findings, { kind: "changed,extra", framework: "CIS 5.2.2.1" })).toEqual([
    findings[0],
  ]);
  expect(filterFindings(findings, { status: "accepted", search: "SALES mfa" })).toEqual([findings[2]]);
  expect(filterFindings(findings, {})).toHaveLength(3);
  expect(filterChecks([check(), check({ status: "not_met" })], { result: "met", search: "legacy" })).toEqual([
    check(),
  ]);
});

it("takes references apart as the catalog writes them", () => {
  expect(
    [
      "CISA SCuBA v1 MS.AAD.1.1v1 (BOD 25-01)",
      "CIS Microsoft 365 7.0.0 5.2.2.3",
      "Microsoft template August 2026 Block legacy authentication",
      "MITRE ATT&CK as mapped by SCuBA T1110.001",
      "Microsoft Zero Trust Assessment 2026 21796",
      "House rule 7",
    ].map(shortReference),
  ).toEqual([
    "MS.AAD.1.1v1",
    "CIS 5.2.2.3",
    "Template Block legacy authentication",
    "ATT&CK T1110.001",
    "ZTA 21796",
    "House rule 7",
  ]);
  expect(byFramework(["NIST SP 800-53 r5 IA-2(1)", "House rule 7", "NIST SP 800-53 r5 IA-5c"])).toEqual([
    ["The baseline's own", ["House rule 7"]],
    ["NIST SP 800-53 r5", ["IA-2(1)", "IA-5c"]],
  ]);
  expect(frameworkChoices(["Maester 2 MT.1009", "House rule 7", "CISA SCuBA v1 MS.AAD.1.1v1"])).toEqual([
    "CISA SCuBA",
    "Maester",
    "House rule 7",
  ]);
});

it("names references that are numbers first, and else keeps their order", () => {
  expect(
    numbersFirst([
      "Microsoft template August 2026 Require multifactor authentication for admins",
      "Maester 2 MT.1006",
      "CISA SCuBA v1 MS.AAD.3.6v1 (BOD 25-01)",
    ]).map(shortReference),
  ).toEqual(["Maester MT.1006", "MS.AAD.3.6v1", "Template Require multifactor authentication for admins"]);
});

it("finds frameworks and ids as whole words, as the server does", () => {
  const references = ["CIS Microsoft 365 7.0.0 5.2.2.1", "MITRE ATT&CK as mapped by SCuBA T1110.001"];
  expect(
    ["cis microsoft 365", "5.2.2.1", "T1110.001", "5.2.2.11", "IS Microsoft", "5.2.2"].map((wanted) =>
      namesFramework(references, wanted),
    ),
  ).toEqual([true, true, true, false, false, true]);
});

it("lays out the arithmetic of a severity, and leaves another reason as it is", () => {
  expect(
    severitySteps(
      "critical: legacy authentication; 1 lower: for guests; for some resources only; makes high",
    ),
  ).toEqual([
    { amount: "Critical", why: "Legacy authentication" },
    { amount: "1 lower", why: "For guests" },
    { amount: "", why: "For some resources only" },
    { amount: "High", why: "In total" },
  ]);
  expect(severitySteps("It covers all users.")).toEqual([{ amount: "", why: "It covers all users." }]);
  expect(readRegion("guests · all apps — without MFA")).toEqual({
    where: "guests · all apps",
    without: "without MFA",
  });
});
