import { ToolbarButton } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons";
import { getRouteApi } from "@tanstack/react-router";
import { useHasRole } from "@/api/access";
import { Page } from "@/ui/Page";
import type { CustomerSearch } from "../search";
import { AddCustomerDialog } from "./AddCustomerDialog";
import { CustomerList } from "./CustomerList";

const route = getRouteApi("/shell/customers");

export function CustomersPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const admin = useHasRole("admin");
  const change = (patch: Partial<CustomerSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...patch }), replace: !("add" in patch) });
  return (
    <Page
      title="Customers"
      commands={
        admin && (
          <ToolbarButton icon={<AddRegular />} onClick={() => change({ add: true })}>
            Add customer
          </ToolbarButton>
        )
      }
    >
      <CustomerList search={{ sort: "name", ...search }} onSearch={change} />
      {admin && search.add && <AddCustomerDialog onClose={() => change({ add: undefined })} />}
    </Page>
  );
}
