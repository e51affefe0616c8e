import { Badge, Link as TextButton, Text, makeStyles, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { counted } from "@/lib/text";
import { DiffTable } from "@/ui/DiffTable";
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
      <Beside objects={found.objects} />
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
      {found.versions.length > 0 && (
        <>
          <Text weight="semibold">
            {`${counted(found.versions.length, "policy", "policies")} in several versions`}
          </Text>
          <Text className={styles.quiet}>
            All of them are imported. Choose one folder, or rename them, if only one is meant.
          </Text>
          <List label="Policies in several versions">
            {found.versions.map((policy) => (
              <li key={policy.display_name} className={styles.item}>
                {policy.display_name}
                <Versions versions={policy.versions} />
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

/** What was found that policies refer to. */
function Beside({ objects }: { objects: BaselineImport["objects"] }) {
  const styles = useStyles();
  const kinds: [number, string, string][] = [
    [objects.named_locations.length, "named location", "named locations"],
    [objects.groups.length, "group", "groups"],
    [objects.authentication_strengths.length, "authentication strength", "authentication strengths"],
    [objects.names, "other name", "other names"],
  ];
  const found = kinds.filter(([count]) => count > 0).map((kind) => counted(...kind));
  if (objects.migration_table) found.push("a migration table");
  if (found.length === 0) return null;
  return <Text className={styles.quiet}>{`With them: ${found.join(", ")}`}</Text>;
}

/** Where each version stands, and how it differs from the first. */
function Versions({ versions }: { versions: BaselineImport["versions"][number]["versions"] }) {
  const styles = useStyles();
  const [first, ...others] = versions;
  if (!first) return null;
  return (
    <>
      <Text block size={200} className={styles.quiet}>
        {first.path}
      </Text>
      {others.map(({ path, index, diff }) => (
        <div key={`${path}#${index}`}>
          <Text block size={200} className={styles.quiet}>
            {path}
          </Text>
          <DiffTable
            diff={diff}
            caption={`Beside ${first.path}`}
            sides={{ baseline: "The first", live: "This one" }}
          />
        </div>
      ))}
    </>
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
