import { Button, Text, makeStyles, tokens } from "@fluentui/react-components";
import { EditRegular } from "@fluentui/react-icons";
import { byFramework } from "@/lib/frameworks";
import { policyStateLabel } from "@/ui/PolicyCard";
import { SeverityBadge } from "@/ui/SeverityBadge";
import type { PolicyNotes as Notes } from "../queries";

const useStyles = makeStyles({
  root: { display: "flex", flexWrap: "wrap", gap: "8px", alignItems: "center" },
  quiet: { color: tokens.colorNeutralForeground2, overflowWrap: "anywhere" },
  frameworks: { color: tokens.colorNeutralForeground2, overflowWrap: "anywhere", flexBasis: "100%" },
  note: { flexBasis: "100%", overflowWrap: "anywhere" },
});

interface PolicyNotesProps {
  notes: Notes;
  /** Without it, nobody here may change them. */
  onEdit: (() => void) | undefined;
}

/** What the MSP says of a policy of its baseline. */
export function PolicyNotes({ notes, onEdit }: PolicyNotesProps) {
  const styles = useStyles();
  const frameworks = byFramework(notes.frameworks ?? []);
  return (
    <div className={styles.root}>
      {notes.severity && <SeverityBadge severity={notes.severity} />}
      {notes.intended_state && (
        <Text
          size={200}
          className={styles.quiet}
        >{`Meant to be: ${policyStateLabel(notes.intended_state)}`}</Text>
      )}
      {frameworks.length > 0 && (
        <Text size={200} className={styles.frameworks}>
          {frameworks.map(([framework, ids]) => `${framework}: ${ids.join(", ")}`).join(" · ")}
        </Text>
      )}
      {notes.note && <Text className={styles.note}>{notes.note}</Text>}
      {onEdit && (
        <Button size="small" icon={<EditRegular />} className="no-print" onClick={onEdit}>
          Edit policy
        </Button>
      )}
    </div>
  );
}
