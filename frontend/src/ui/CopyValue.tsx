import { makeStyles, tokens } from "@fluentui/react-components";
import { CopyButton } from "./CopyButton";

const useStyles = makeStyles({
  root: { display: "inline-flex", alignItems: "center", gap: "2px", maxWidth: "100%" },
  value: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusSmall,
    padding: "1px 6px",
    overflowWrap: "anywhere",
  },
});

/** An id or another exact value: monospaced, one click to copy. */
export function CopyValue({ value, what }: { value: string; what: string }) {
  const styles = useStyles();
  return (
    <span className={styles.root}>
      <code className={styles.value}>{value}</code>
      <CopyButton value={value} what={what} />
    </span>
  );
}
