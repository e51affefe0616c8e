import { Link, Outlet } from "@tanstack/react-router";
import { useCustomer } from "@/api/customers";
import { Page } from "@/ui/Page";
import { TabLinks, useTabLinkStyle } from "@/ui/TabLinks";

const PARTS = [
  ["/customers/$customerId/settings", "General"],
  ["/customers/$customerId/settings/bindings", "Bindings"],
  ["/customers/$customerId/settings/emergency-access", "Emergency access"],
] as const;

/** The frame of what is set for a customer. The parts beyond the first need a snapshot to look at. */
export function SettingsLayout() {
  const customer = useCustomer();
  const { link } = useTabLinkStyle();
  return (
    <Page title="Customer settings" documentTitle={`Customer settings · ${customer.display_name}`}>
      {customer.status === "imported" && (
        <TabLinks label="Customer settings">
          {PARTS.map(([to, label]) => (
            <li key={to}>
              <Link
                to={to}
                params={{ customerId: customer.id }}
                activeOptions={{ exact: true }}
                className={link}
              >
                {label}
              </Link>
            </li>
          ))}
        </TabLinks>
      )}
      <Outlet />
    </Page>
  );
}
