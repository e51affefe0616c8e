import {
  Button,
  DrawerBody,
  DrawerHeader,
  DrawerHeaderTitle,
  OverlayDrawer,
  Text,
  makeStyles,
  tokens,
} from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";
import { listed } from "@/lib/text";
import { Facts } from "@/ui/Facts";
import { policyStateLabel } from "@/ui/PolicyCard";
import { SeverityBadge } from "@/ui/SeverityBadge";
import type { Finding } from "../queries";
import { KIND_LABEL, SOURCE_LABEL, shareText } from "../words";
import { DiffTable } from "./DiffTable";

const useStyles = makeStyles({
  body: { display: "flex", flexDirection: "column", gap: "20px", paddingBottom: "24px" },
  part: { display: "flex", flexDirection: "column", gap: "6px" },
  title: { margin: 0, fontSize: tokens.fontSizeBase400, lineHeight: tokens.lineHeightBase400 },
  remedy: {
    padding: "12px 14px",
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorBrandBackground2,
    color: tokens.colorNeutralForeground1,
  },
});

/** One finding in full: why it matters, what differs, what to do. */
export function FindingDrawer({ finding, onClose }: { finding: Finding | undefined; onClose: () => void }) {
  const styles = useStyles();
  return (
    <OverlayDrawer
      open={finding !== undefined}
      position="end"
      size="large"
      onOpenChange={(_, data) => !data.open && onClose()}
    >
      {finding && (
        <>
          <DrawerHeader>
            <DrawerHeaderTitle
              action={
                <Button appearance="subtle" aria-label="Close" icon={<DismissRegular />} onClick={onClose} />
              }
            >
              {finding.title}
            </DrawerHeaderTitle>
          </DrawerHeader>
          <DrawerBody className={styles.body}>
            <Facts facts={factsOf(finding)} />
            <Part title="Why">
              <Text>{finding.cause}</Text>
              {typeof finding.witness === "string" && <Text>{finding.witness}</Text>}
            </Part>
            {finding.diff.length > 0 && <DiffTable diff={finding.diff} />}
            <Part title="What to do">
              <Text className={styles.remedy}>{finding.remedy}</Text>
            </Part>
          </DrawerBody>
        </>
      )}
    </OverlayDrawer>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  const styles = useStyles();
  return (
    <section className={styles.part}>
      <h3 className={styles.title}>{title}</h3>
      {children}
    </section>
  );
}

/** A policy by name, with its state where it is not simply on. */
function named({ display_name, state }: { display_name: string; state: string }): string {
  return state === "enabled" ? display_name : `${display_name} (${policyStateLabel(state).toLowerCase()})`;
}

function factsOf(finding: Finding): [string, ReactNode][] {
  const facts: [string, ReactNode][] = [
    ["Severity", <SeverityBadge key="severity" severity={finding.severity} />],
    ["Why this severity", finding.severity_reason],
    ["Kind", KIND_LABEL[finding.kind]],
    ["Against", SOURCE_LABEL[finding.source]],
  ];
  if (finding.baseline_policy) facts.push(["Baseline policy", named(finding.baseline_policy)]);
  if (finding.live_policies.length > 0) {
    facts.push(["Live policies", listed(finding.live_policies.map(named))]);
  }
  if (typeof finding.share === "number") facts.push(["Unprotected", shareText(finding.share)]);
  if (finding.frameworks.length > 0) facts.push(["Frameworks", finding.frameworks.join(", ")]);
  return facts;
}
