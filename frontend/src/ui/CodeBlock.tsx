import { makeStyles, tokens } from "@fluentui/react-components";
import { CopyButton } from "./CopyButton";

const useStyles = makeStyles({
  root: { position: "relative" },
  code: {
    margin: 0,
    padding: "12px",
    paddingRight: "96px",
    maxHeight: "420px",
    overflow: "auto",
    backgroundColor: tokens.colorNeutralBackground3,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
  },
  copy: { position: "absolute", top: "6px", right: "6px" },
});

/** A block of text to paste elsewhere. It scrolls, so the keyboard must reach it. */
export function CodeBlock({ code, what }: { code: string; what: string }) {
  const styles = useStyles();
  return (
    <div className={styles.root}>
      <pre className={styles.code} tabIndex={0} aria-label={what}>
        {code}
      </pre>
      <div className={styles.copy}>
        <CopyButton value={code} what={what} label="Copy" appearance="secondary" />
      </div>
    </div>
  );
}
