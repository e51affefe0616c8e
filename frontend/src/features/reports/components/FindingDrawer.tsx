import {
  Badge,
  Button,
  DrawerBody,
  DrawerFooter,
  DrawerHeader,
  DrawerHeaderTitle,
  OverlayDrawer,
  makeStyles,
} from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons";
import { useHasRole } from "@/api/access";
import { DiffTable } from "@/ui/DiffTable";
import { SeverityBadge } from "@/ui/SeverityBadge";
import { useFocusReturn } from "@/ui/useFocusReturn";
import type { Finding, Report } from "../queries";
import { KIND_LABEL, SOURCE_LABEL, licenceText } from "../words";
import { AcceptanceActions, AcceptanceNote } from "./Acceptance";
import { Background, Conditions, Explanation, NearMisses, Remedy, SeverityReason } from "./FindingParts";
import { WhatIf } from "./WhatIf";

const useStyles = makeStyles({
  body: {
    display: "flex",
    flexDirection: "column",
    gap: "20px",
    paddingBottom: "24px",
    // The body scrolls: what it holds keeps its height instead of shrinking and running into what follows.
    "& > *": { flexShrink: 0 },
  },
  badges: { display: "flex", gap: "8px", flexWrap: "wrap", alignItems: "center" },
  title: { overflowWrap: "anywhere" },
});

interface FindingDrawerProps {
  report: Report;
  finding: Finding | undefined;
  onClose: () => void;
}

/** One finding in full: what is open, for whom, why, what to do. */
export function FindingDrawer({ report, finding, onClose }: FindingDrawerProps) {
  const styles = useStyles();
  const canAccept = useHasRole("operator");
  useFocusReturn(finding !== undefined);
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
              className={styles.title}
              action={
                <Button appearance="subtle" aria-label="Close" icon={<DismissRegular />} onClick={onClose} />
              }
            >
              {finding.title}
            </DrawerHeaderTitle>
          </DrawerHeader>
          <DrawerBody className={styles.body}>
            <Badges finding={finding} />
            <AcceptanceNote finding={finding} />
            <Explanation finding={finding} />
            <WhatIf key={finding.id} report={report} finding={finding} />
            <Conditions finding={finding} />
            <NearMisses finding={finding} customerId={report.customer_id} />
            {finding.diff.length > 0 && (
              <DiffTable
                diff={finding.diff}
                caption="Differences, field by field"
                sides={{ baseline: "Baseline", live: "Live" }}
              />
            )}
            <Remedy finding={finding} />
            <SeverityReason finding={finding} />
            <Background finding={finding} report={report} />
          </DrawerBody>
          {canAccept && (
            <DrawerFooter>
              <AcceptanceActions key={finding.id} customerId={report.customer_id} finding={finding} />
            </DrawerFooter>
          )}
        </>
      )}
    </OverlayDrawer>
  );
}

function Badges({ finding }: { finding: Finding }) {
  const styles = useStyles();
  const licence = licenceText(finding);
  return (
    <div className={styles.badges}>
      <SeverityBadge severity={finding.severity} />
      <Badge appearance="outline">{`Against: ${SOURCE_LABEL[finding.source].toLowerCase()}`}</Badge>
      <Badge appearance="outline">{KIND_LABEL[finding.kind]}</Badge>
      {licence && (
        <Badge appearance="tint" color="informative">
          {licence}
        </Badge>
      )}
    </div>
  );
}
