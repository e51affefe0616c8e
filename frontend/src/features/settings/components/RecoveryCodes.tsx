import { Button, Text, makeStyles, tokens } from "@fluentui/react-components";
import { PrintRegular } from "@fluentui/react-icons";
import { useMe } from "@/api/session";
import { printDocument } from "@/lib/print";
import { CopyButton } from "@/ui/CopyButton";

const useStyles = makeStyles({
  list: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(190px, 1fr))",
    gap: "6px 16px",
    margin: 0,
    padding: "12px 16px",
    listStyleType: "none",
    fontFamily: tokens.fontFamilyMonospace,
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
  },
  actions: { display: "flex", gap: "8px" },
});

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

function sheet(codes: readonly string[], email: string): string {
  const items = codes.map((code) => `<li><code>${escaped(code)}</code></li>`).join("");
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Recovery codes</title></head>` +
    `<body><h1>Policytab recovery codes</h1><p>${escaped(email)} at ${escaped(location.host)}. ` +
    `Each code is good once, in place of the code of the authenticator app.</p><ul>${items}</ul></body></html>`
  );
}

/** Fresh recovery codes: shown this once, to be kept elsewhere. */
export function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  const styles = useStyles();
  const email = useMe()?.email ?? "";
  return (
    <>
      <Text>
        Each of these codes signs you in once when your phone is lost. Keep them where you keep other secrets;
        they are shown only now.
      </Text>
      <ul className={styles.list} aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className={styles.actions}>
        <CopyButton value={codes.join("\n")} what="the recovery codes" label="Copy" appearance="secondary" />
        <Button
          size="small"
          icon={<PrintRegular />}
          onClick={() => printDocument(sheet(codes, email), "Recovery codes")}
        >
          Print
        </Button>
      </div>
    </>
  );
}
