import { Skeleton, SkeletonItem, Subtitle1, Text, makeStyles, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

const useStyles = makeStyles({
  empty: {
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    gap: "8px",
    textAlign: "center",
    padding: "48px 16px",
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
  },
  icon: { fontSize: "40px", lineHeight: 1, color: tokens.colorBrandForeground1 },
  title: { margin: 0 },
  text: { color: tokens.colorNeutralForeground2, maxWidth: "60ch" },
  actions: { display: "flex", gap: "8px", marginTop: "8px", flexWrap: "wrap", justifyContent: "center" },
  rows: { display: "flex", flexDirection: "column", gap: "10px", paddingBlock: "8px" },
});

interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}

/** A screen or list with nothing in it: what that means, and what to do. */
export function EmptyState({ icon, title, children, actions }: EmptyStateProps) {
  const styles = useStyles();
  return (
    <div className={styles.empty}>
      {icon && (
        <span className={styles.icon} aria-hidden="true">
          {icon}
        </span>
      )}
      <Subtitle1 as="h2" className={styles.title}>
        {title}
      </Subtitle1>
      {children && <Text className={styles.text}>{children}</Text>}
      {actions && <div className={`no-print ${styles.actions}`}>{actions}</div>}
    </div>
  );
}

/** The shape of what is coming while it loads. */
export function LoadingRows({ rows = 6, height = 28, label = "Loading" }: LoadingRowsProps) {
  const styles = useStyles();
  return (
    <div role="status" aria-label={label}>
      <Skeleton aria-hidden="true" className={styles.rows}>
        {Array.from({ length: rows }, (_, index) => (
          <SkeletonItem key={index} style={{ height }} />
        ))}
      </Skeleton>
    </div>
  );
}

interface LoadingRowsProps {
  rows?: number;
  height?: number;
  label?: string;
}
