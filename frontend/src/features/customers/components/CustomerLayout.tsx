import { makeStyles, tokens } from "@fluentui/react-components";
import {
  ArrowImportRegular,
  DataPieRegular,
  DocumentBulletListRegular,
  PlugConnectedRegular,
  SettingsRegular,
  ShieldTaskRegular,
  TableCellsMergeRegular,
  StackRegular,
} from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, getRouteApi, useLocation } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { CustomerContext, type Customer, customerQuery } from "@/api/customers";
import { QueryState } from "@/api/QueryState";
import { nextStepPath } from "@/lib/nextStep";
import { Crumbs } from "@/ui/Crumbs";
import { useLinkStyles } from "@/ui/links";
import { NavList, useNavLinkStyle } from "@/ui/NavList";
import { Page } from "@/ui/Page";
import { EmptyState } from "@/ui/States";
import { SECTION_LABEL, type Section, sectionsOf } from "../nav";

const route = getRouteApi("/shell/customers/$customerId");

const ICON: Record<Section, ReactNode> = {
  summary: <DataPieRegular aria-hidden="true" />,
  report: <DocumentBulletListRegular aria-hidden="true" />,
  coverage: <TableCellsMergeRegular aria-hidden="true" />,
  policies: <ShieldTaskRegular aria-hidden="true" />,
  snapshots: <StackRegular aria-hidden="true" />,
  connection: <PlugConnectedRegular aria-hidden="true" />,
  import: <ArrowImportRegular aria-hidden="true" />,
  settings: <SettingsRegular aria-hidden="true" />,
};

const useStyles = makeStyles({
  crumbs: {
    marginBottom: "12px",
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    columnGap: "12px",
  },
  tenant: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  grid: {
    display: "grid",
    gridTemplateColumns: "212px minmax(0, 1fr)",
    gap: "20px",
    alignItems: "start",
    "@media (max-width: 1080px)": { gridTemplateColumns: "minmax(0, 1fr)", gap: "12px" },
    "@media print": { display: "block" },
  },
  nav: { position: "sticky", top: "64px", "@media (max-width: 1080px)": { position: "static" } },
});

export function CustomerLayout() {
  const { customerId } = route.useParams();
  const query = useQuery(customerQuery(customerId));
  return (
    <QueryState query={query}>
      {(customer) => (
        <CustomerContext value={customer}>
          <Frame customer={customer} />
        </CustomerContext>
      )}
    </QueryState>
  );
}

function Frame({ customer }: { customer: Customer }) {
  const styles = useStyles();
  const links = useLinkStyles();
  const { link } = useNavLinkStyle();
  const { pathname } = useLocation();
  const sections = sectionsOf(customer.status);
  const [, , , part] = pathname.split("/");
  const section = (Object.keys(SECTION_LABEL) as Section[]).find((each) => each === part);
  const tenant = customer.tenant?.default_domain ?? customer.tenant?.display_name;
  return (
    <>
      <div className={styles.crumbs}>
        <Crumbs
          list={
            <Link to="/customers" className={links.text}>
              Customers
            </Link>
          }
          here={customer.display_name}
        />
        {tenant && <span className={styles.tenant}>{tenant}</span>}
      </div>
      <div className={styles.grid}>
        <NavList label={customer.display_name} strip className={styles.nav}>
          {sections.map((each) => (
            <li key={each}>
              <Link
                to={`/customers/$customerId/${each}`}
                params={{ customerId: customer.id }}
                className={link}
              >
                {ICON[each]} {SECTION_LABEL[each]}
              </Link>
            </li>
          ))}
        </NavList>
        {/* A link can name a screen that this customer does not have yet. */}
        {section && !sections.includes(section) ? (
          <NotYet customer={customer} section={section} />
        ) : (
          <Outlet />
        )}
      </div>
    </>
  );
}

function NotYet({ customer, section }: { customer: Customer; section: Section }) {
  const links = useLinkStyles();
  const connect = customer.next_step === "connect";
  return (
    <Page
      title={SECTION_LABEL[section]}
      documentTitle={`${SECTION_LABEL[section]} · ${customer.display_name}`}
    >
      <EmptyState
        title={connect ? "This tenant is not connected yet" : "This tenant is not imported yet"}
        actions={
          <Link
            to={nextStepPath(customer.next_step)}
            params={{ customerId: customer.id }}
            className={links.primaryButton}
          >
            {connect ? "Connect the tenant" : "Go to Import & baseline"}
          </Link>
        }
      >
        {SECTION_LABEL[section]} has something to show once the customer is{" "}
        {connect ? "connected" : "imported"}.
      </EmptyState>
    </Page>
  );
}
