import { Button, Text, makeStyles, tokens } from "@fluentui/react-components";
import { Fragment } from "react";
import type { SignIn } from "@/api/Evaluation";
import { QueryState } from "@/api/QueryState";
import { api } from "@/api/client";
import { type CoverageMap, ENFORCED_LABEL } from "@/api/coverage";
import type { Customer } from "@/api/customers";
import { Panel } from "@/ui/Panel";
import { policyName } from "@/ui/PolicyCard";
import { ShareBar } from "@/ui/ShareBar";
import { LoadingRows } from "@/ui/States";
import { type Column, GROUP_LABEL, cellKey, findCell, grouped } from "../map";
import { CoverageCell, Legend } from "./CoverageCell";

const useStyles = makeStyles({
  groups: {
    display: "flex",
    flexDirection: "column",
    gap: "20px",
    // Boxes that flow around page ends, which flex items do not.
    "@media print": { display: "block" },
  },
  scroll: {
    overflowX: "auto",
    "@media print": { overflowX: "visible", breakInside: "avoid", marginBlockEnd: "16px" },
  },
  table: {
    borderCollapse: "separate",
    borderSpacing: "4px",
    width: "100%",
    tableLayout: "fixed",
    minWidth: "640px",
    "@media print": { minWidth: 0 },
  },
  corner: {
    width: "170px",
    "@media (max-width: 640px)": { width: "110px" },
    textAlign: "start",
    fontWeight: tokens.fontWeightSemibold,
    padding: "4px",
  },
  head: {
    textAlign: "start",
    verticalAlign: "bottom",
    padding: "4px",
    fontWeight: tokens.fontWeightRegular,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    overflowWrap: "anywhere",
  },
  row: {
    textAlign: "start",
    padding: "4px",
    fontWeight: tokens.fontWeightRegular,
    // Whose row it is stays in sight while a phone scrolls sideways.
    "@media (max-width: 860px)": {
      position: "sticky",
      left: 0,
      backgroundColor: tokens.colorNeutralBackground2,
    },
  },
  none: { color: tokens.colorNeutralForeground3, textAlign: "center" },
  list: { margin: 0, paddingInlineStart: "20px" },
  shares: {
    display: "grid",
    gridTemplateColumns: "minmax(0, max-content) max-content",
    gap: "6px 12px",
    alignItems: "center",
    margin: 0,
  },
  share: { display: "contents" },
  value: { margin: 0 },
});

interface MapViewProps {
  customer: Customer;
  selected: string | undefined;
  onSelect: (cell: string | undefined) => void;
  /** Asks What If about a sign-in. */
  onTry: (signIn: SignIn) => void;
}

/** The matrix who by what. */
export function MapView({ customer, selected, onSelect, onTry }: MapViewProps) {
  const styles = useStyles();
  const query = api.useQuery("get", "/api/v1/customers/{id}/coverage", {
    params: { path: { id: customer.id } },
  });
  return (
    <QueryState query={query} loading={<LoadingRows rows={6} height={56} label="Working out the coverage" />}>
      {(map) => (
        <>
          <Legend />
          {!findCell(map, selected) && (
            <Text className="no-print">Choose a cell to see the policies that apply there.</Text>
          )}
          <div className={styles.groups}>
            {grouped(map.columns).map(([group, columns]) => (
              <Fragment key={group}>
                <div className={styles.scroll}>
                  <table className={styles.table} aria-label={GROUP_LABEL[group]}>
                    <thead>
                      <tr>
                        <th scope="col" className={styles.corner}>
                          {GROUP_LABEL[group]}
                        </th>
                        {columns.map(([column]) => (
                          <th key={column.key} scope="col" className={styles.head}>
                            {column.label}
                          </th>
                        ))}
                      </tr>
                    </thead>
                    <tbody>
                      {map.personas.map((persona, row) =>
                        columns.every(([, at]) => !map.cells[row]?.[at]) ? null : (
                          <tr key={persona.key}>
                            <th scope="row" className={styles.row}>
                              {persona.label}
                            </th>
                            {columns.map(([column, at]) => {
                              const cell = map.cells[row]?.[at];
                              const key = cellKey(persona.key, column.key);
                              return (
                                <td key={column.key} className={cell ? undefined : styles.none}>
                                  {cell ? (
                                    <CoverageCell
                                      cell={cell}
                                      label={`${persona.label}, ${column.label}`}
                                      selected={key === selected}
                                      onSelect={() => onSelect(key === selected ? undefined : key)}
                                    />
                                  ) : (
                                    "–"
                                  )}
                                </td>
                              );
                            })}
                          </tr>
                        ),
                      )}
                    </tbody>
                  </table>
                </div>
                <Detail map={map} group={group} selected={selected} onTry={onTry} />
              </Fragment>
            ))}
          </div>
        </>
      )}
    </QueryState>
  );
}

interface DetailProps {
  map: CoverageMap;
  /** The table that it stands below; of other tables' cells it says nothing. */
  group: Column["group"];
  selected: string | undefined;
  onTry: (signIn: SignIn) => void;
}

/** One cell: how much of it each control covers, who is left, and the policies that apply there. */
function Detail({ map, group, selected, onTry }: DetailProps) {
  const styles = useStyles();
  const found = findCell(map, selected);
  if (found?.what.group !== group) return null;
  const { cell, who, what } = found;
  const { witness } = cell;
  const shares = [
    ["Blocked", cell.blocked],
    ["Phishing-resistant MFA or blocked", cell.phishing_resistant],
    ["MFA or blocked", cell.mfa],
    ["Managed device or blocked", cell.device],
  ] as const;
  return (
    <Panel title={`${who.label} · ${what.label}: ${ENFORCED_LABEL[cell.enforced]}`}>
      <dl className={styles.shares}>
        {shares.map(([label, share]) => (
          <div key={label} className={styles.share}>
            <dt>{label}</dt>
            <dd className={styles.value}>
              <ShareBar share={share} good />
            </dd>
          </div>
        ))}
      </dl>
      {cell.open && (
        <Text>
          {cell.open}{" "}
          {witness && (
            <Button size="small" className="no-print" onClick={() => onTry(witness)}>
              What If
            </Button>
          )}
        </Text>
      )}
      {cell.policies.length === 0 ? (
        <Text>No enforced policy applies to any sign-in here.</Text>
      ) : (
        <div>
          <Text weight="semibold">Enforced policies that apply to some sign-in here</Text>
          <ul className={styles.list}>
            {cell.policies.map((at) => {
              const policy = map.policies[at];
              return policy && <li key={at}>{policyName(policy)}</li>;
            })}
          </ul>
        </div>
      )}
    </Panel>
  );
}
