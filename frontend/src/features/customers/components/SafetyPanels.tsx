import { Text, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { QueryState } from "@/api/QueryState";
import { api } from "@/api/client";
import { inShort, useCoverageLook } from "@/api/coverage";
import type { Customer } from "@/api/customers";
import { emergencyOptions } from "@/api/emergency";
import { counted } from "@/lib/text";
import { useLinkStyles } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { LoadingRows } from "@/ui/States";

const useStyles = makeStyles({
  list: {
    margin: 0,
    padding: 0,
    listStyleType: "none",
    display: "flex",
    flexDirection: "column",
    gap: "8px",
  },
  row: {
    display: "flex",
    justifyContent: "space-between",
    alignItems: "center",
    gap: "12px",
    flexWrap: "wrap",
  },
  cell: {
    padding: "4px 10px",
    borderRadius: tokens.borderRadiusMedium,
    fontSize: tokens.fontSizeBase200,
    textDecorationLine: "none",
  },
  quiet: { color: tokens.colorNeutralForeground2 },
});

/** What is enforced for whom over all apps; each leads to its cell of the map. */
export function CoveragePanel({ customer }: { customer: Customer }) {
  const styles = useStyles();
  const look = useCoverageLook();
  const links = useLinkStyles();
  const params = { customerId: customer.id };
  const query = api.useQuery("get", "/api/v1/customers/{id}/coverage", {
    params: { path: { id: customer.id } },
  });
  return (
    <Panel
      title="Coverage of all apps"
      action={
        <Link to="/customers/$customerId/coverage" params={params} className={links.text}>
          Open map
        </Link>
      }
    >
      <QueryState
        query={query}
        loading={<LoadingRows rows={4} height={28} label="Working out the coverage" />}
      >
        {(map) => {
          const column = map.columns.findIndex(({ key }) => key === "all_apps");
          return (
            <ul className={styles.list}>
              {map.personas.map((persona, row) => {
                const cell = map.cells[row]?.[column];
                return (
                  cell && (
                    <li key={persona.key} className={styles.row}>
                      <Text>{persona.label}</Text>
                      <Link
                        to="/customers/$customerId/coverage"
                        params={params}
                        search={{ cell: `${persona.key}.all_apps` }}
                        className={mergeClasses(styles.cell, look[cell.enforced])}
                        aria-label={`${persona.label}: ${inShort(cell)}`}
                      >
                        {inShort(cell)}
                      </Link>
                    </li>
                  )
                );
              })}
            </ul>
          );
        }}
      </QueryState>
    </Panel>
  );
}

/** Who gets in when Conditional Access locks everybody else out. */
export function EmergencyPanel({ customer }: { customer: Customer }) {
  const styles = useStyles();
  const links = useLinkStyles();
  const query = useQuery(emergencyOptions(customer.id));
  return (
    <Panel
      title="Emergency access"
      action={
        <Link
          to="/customers/$customerId/settings/emergency-access"
          params={{ customerId: customer.id }}
          className={links.text}
        >
          Review
        </Link>
      }
    >
      <QueryState
        query={query}
        loading={<LoadingRows rows={2} height={28} label="Loading emergency access" />}
      >
        {({ body: { objects, accounts } }) => {
          const counting = objects.filter(
            ({ standing }) => standing === "confirmed" || standing === "recognised",
          );
          const maybe = objects.filter(({ standing }) => standing === "candidate").length;
          const held = counting.filter((one) => one.blocked_by.length > 0).length;
          return (
            <>
              <Text>
                {counting.length === 0
                  ? "None is recognised: whoever Conditional Access locks out stays out."
                  : `${counting.map((one) => one.name ?? one.id).join(", ")}${
                      accounts === null || accounts === undefined ? "" : `: ${counted(accounts, "account")}`
                    }`}
              </Text>
              {held > 0 && (
                <Text>{`${counted(held, "of them is", "of them are")} blocked by an enforced policy.`}</Text>
              )}
              {maybe > 0 && (
                <Text
                  className={styles.quiet}
                >{`${counted(maybe, "other", "others")} may be: confirm or refuse.`}</Text>
              )}
            </>
          );
        }}
      </QueryState>
    </Panel>
  );
}
