import { Button, Text, makeStyles, tokens } from "@fluentui/react-components";
import { EditRegular } from "@fluentui/react-icons";
import { policyStateLabel } from "@/ui/PolicyCard";
import { SeverityBadge } from "@/ui/SeverityBadge";
import type { PolicyNotes as Notes } from "../queries";

const useStyles = makeStyles({
  root: { display: "flex", flexWrap: "wrap", gap: "8px", alignItems: "center" },
  quiet: { color: tokens.colorNeutralForeground2, overflowWrap: "anywhere" },
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
  return (
    <div className={styles.root}>
      {notes.severity && <SeverityBadge severity={notes.severity} />}
      {notes.intended_state && (
        <Text
          size={200}
          className={styles.quiet}
        >{`Meant to be: ${policyStateLabel(notes.intended_state)}`}</Text>
      )}
      {notes.frameworks?.map((reference) => (
        <Text key={reference} size={200} className={styles.quiet}>
          {reference}
        </Text>
      ))}
      {notes.note && <Text className={styles.note}>{notes.note}</Text>}
      {onEdit && (
        <Button size="small" icon={<EditRegular />} className="no-print" onClick={onEdit}>
          Edit policy
        </Button>
      )}
    </div>
  );
}
