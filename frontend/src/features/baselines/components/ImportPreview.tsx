import { Badge, Link as TextButton, Text, makeStyles, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { counted } from "@/lib/text";
import { policyStateLabel } from "@/ui/PolicyCard";
import type { BaselineImport } from "../queries";

const useStyles = makeStyles({
  root: { display: "flex", flexDirection: "column", gap: "8px" },
  list: {
    listStyleType: "none",
    margin: 0,
    padding: "4px 12px",
    maxHeight: "180px",
    overflowY: "auto",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  item: { paddingBlock: "4px", overflowWrap: "anywhere" },
  quiet: { color: tokens.colorNeutralForeground3 },
});

interface ImportPreviewProps {
  found: BaselineImport;
  /** Looks at one folder alone; without it there is no choice. */
  onFolder?: (path: string) => void;
}

/** What an import would take, what it leaves out, and why. */
export function ImportPreview({ found, onFolder }: ImportPreviewProps) {
  const styles = useStyles();
  return (
    <div className={styles.root}>
      <Text weight="semibold">
        {found.policies.length === 0
          ? "No policies found in these files"
          : `${counted(found.policies.length, "policy", "policies")} found`}
      </Text>
      {onFolder && found.folders.length > 1 && (
        <>
          <Text weight="semibold">{`In ${counted(found.folders.length, "folder")}`}</Text>
          <List label="Folders">
            {found.folders.map(({ path, policies, duplicates }) => (
              <li key={path} className={styles.item}>
                <TextButton as="button" type="button" onClick={() => onFolder(path)}>
                  {path || "The outermost folder"}
                </TextButton>{" "}
                <Text className={styles.quiet}>
                  {counted(policies, "policy", "policies")}
                  {duplicates > 0 && `, ${duplicates} of them found before`}
                </Text>
              </li>
            ))}
          </List>
        </>
      )}
      {found.policies.length > 0 && (
        <List label="Policies found">
          {found.policies.map((policy) => (
            <li key={`${policy.path}#${policy.index}`} className={styles.item}>
              {policy.display_name} <Badge appearance="outline">{policyStateLabel(policy.state)}</Badge>
              {policy.warnings.map((warning) => (
                <Text key={warning} block size={200} className={styles.quiet}>
                  {warning}
                </Text>
              ))}
            </li>
          ))}
        </List>
      )}
      {found.duplicates.length > 0 && (
        <>
          <Text weight="semibold">{counted(found.duplicates.length, "duplicate")}</Text>
          <List label="Duplicates">
            {found.duplicates.map((duplicate) => (
              <li key={duplicate.path} className={styles.item}>
                {duplicate.path} <Text className={styles.quiet}>means the same as {duplicate.same_as}</Text>
              </li>
            ))}
          </List>
        </>
      )}
      {found.skipped.length > 0 && (
        <>
          <Text weight="semibold">{counted(found.skipped.length, "file")} skipped</Text>
          <List label="Files skipped">
            {found.skipped.map((skipped) => (
              <li key={skipped.path} className={styles.item}>
                {skipped.path} <Text className={styles.quiet}>{skipped.reason}</Text>
              </li>
            ))}
          </List>
        </>
      )}
    </div>
  );
}

function List({ label, children }: { label: string; children: ReactNode }) {
  const styles = useStyles();
  return (
    <ul className={styles.list} aria-label={label} tabIndex={0}>
      {children}
    </ul>
  );
}
