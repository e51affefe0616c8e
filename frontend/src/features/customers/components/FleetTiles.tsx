import { Skeleton, SkeletonItem, makeStyles, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ProblemMessage } from "@/api/ProblemMessage";
import { formatNumber } from "@/lib/text";
import { useLinkStyles } from "@/ui/links";
import { PolicyStateBar, SeverityBar } from "@/ui/StackedBar";
import { Tile, TileGrid } from "@/ui/Tile";
import { fleetOptions } from "../queries";
import { STATUSES } from "../search";
import { statusLabel } from "./CustomerStatus";

const useStyles = makeStyles({
  figures: { display: "flex", gap: "16px", flexWrap: "wrap", margin: 0 },
  figure: { display: "flex", flexDirection: "column-reverse" },
  number: {
    margin: 0,
    fontSize: tokens.fontSizeBase600,
    lineHeight: tokens.lineHeightBase600,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
  },
  label: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
  danger: { color: tokens.colorStatusDangerForeground1 },
});

/** The whole fleet in numbers. */
export function FleetTiles() {
  const styles = useStyles();
  const links = useLinkStyles();
  const fleet = useQuery(fleetOptions());
  if (fleet.error && !fleet.data) {
    return <ProblemMessage error={fleet.error} onRetry={() => void fleet.refetch()} />;
  }
  if (!fleet.data) {
    return (
      <div role="status" aria-label="Loading figures">
        <TileGrid>
          {["a", "b", "c", "d"].map((key) => (
            <Skeleton key={key} aria-hidden="true">
              <SkeletonItem style={{ height: 92 }} />
            </Skeleton>
          ))}
        </TileGrid>
      </div>
    );
  }
  const { customers, findings, policies, imports_running, secrets_expiring, secrets_expired } = fleet.data;
  return (
    <TileGrid>
      <Tile title="Customers by status">
        <dl className={styles.figures}>
          {STATUSES.map((status) => (
            <Figure
              key={status}
              value={customers[status]}
              label={
                <Link to="/customers" search={{ status }} className={links.text}>
                  {statusLabel(status)}
                </Link>
              }
            />
          ))}
        </dl>
      </Tile>
      <Tile title="Findings by severity">
        <SeverityBar counts={findings} />
        <span className={styles.label}>C critical, H high, M medium, L low, I info</span>
      </Tile>
      <Tile title="Policies by state">
        <PolicyStateBar on={policies.enabled} reportOnly={policies.report_only} off={policies.disabled} />
        <span className={styles.label}>Solid on, striped report-only, dashed off</span>
      </Tile>
      <Tile title="Client secrets and imports">
        <dl className={styles.figures}>
          <Figure value={secrets_expired} label="Expired" alarming />
          <Figure value={secrets_expiring} label="Expiring" />
          <Figure value={imports_running} label="Importing" />
        </dl>
      </Tile>
    </TileGrid>
  );
}

function Figure({ value, label, alarming }: { value: number; label: React.ReactNode; alarming?: boolean }) {
  const styles = useStyles();
  return (
    <div className={styles.figure}>
      <dt className={styles.label}>{label}</dt>
      <dd className={`${styles.number} ${alarming && value > 0 ? styles.danger : ""}`}>
        {formatNumber(value)}
      </dd>
    </div>
  );
}
