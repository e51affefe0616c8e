import { Badge, Caption1, Text, makeStyles, tokens } from "@fluentui/react-components";
import { CheckmarkCircleFilled, DismissCircleFilled, InfoRegular } from "@fluentui/react-icons";
import type { components } from "@/api/schema";
import { CopyValue } from "@/ui/CopyValue";
import { StatusBadge } from "@/ui/StatusBadge";

type Permission = components["schemas"]["PermissionOut"];

const useStyles = makeStyles({
  list: { listStyleType: "none", margin: 0, padding: 0, containerType: "inline-size" },
  item: {
    display: "flex",
    flexDirection: "column",
    gap: "2px",
    paddingBlock: "10px",
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    ":last-child": { borderBottom: "none" },
  },
  head: {
    display: "flex",
    alignItems: "center",
    gap: "8px",
    flexWrap: "wrap",
    // Where there is room, what is to be compared stands below each other.
    "@container (min-width: 520px)": {
      display: "grid",
      gridTemplateColumns: "280px 84px auto",
      justifyItems: "start",
    },
  },
  quiet: { color: tokens.colorNeutralForeground2 },
});

function Granted({ permission }: { permission: Permission }) {
  if (permission.granted === null || permission.granted === undefined) return null;
  if (permission.granted) {
    return (
      <StatusBadge tone="good" icon={<CheckmarkCircleFilled />}>
        Granted
      </StatusBadge>
    );
  }
  return (
    <StatusBadge
      tone={permission.required ? "bad" : "warn"}
      icon={permission.required ? <DismissCircleFilled /> : <InfoRegular />}
    >
      Not granted
    </StatusBadge>
  );
}

/** The application permissions: why each is asked for, what does not work without it, whether it is granted. */
export function PermissionTable({ permissions }: { permissions: readonly Permission[] }) {
  const styles = useStyles();
  return (
    <ul className={styles.list} aria-label="Application permissions">
      {permissions.map((permission) => (
        <li key={permission.name} className={styles.item}>
          <div className={styles.head}>
            <CopyValue value={permission.name} what={permission.name} />
            <Badge appearance="outline" color={permission.required ? "brand" : "informative"}>
              {permission.required ? "Required" : "Optional"}
            </Badge>
            <Granted permission={permission} />
          </div>
          <Text size={200}>{permission.purpose}</Text>
          <Caption1 className={styles.quiet}>Without it: {permission.without}</Caption1>
        </li>
      ))}
    </ul>
  );
}
