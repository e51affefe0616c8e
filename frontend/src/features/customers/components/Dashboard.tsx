import { ToolbarButton } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons";
import { getRouteApi } from "@tanstack/react-router";
import { useHasRole } from "@/api/access";
import { Page } from "@/ui/Page";
import type { CustomerSearch } from "../search";
import { AddCustomerDialog } from "./AddCustomerDialog";
import { CustomerList } from "./CustomerList";
import { FleetTiles } from "./FleetTiles";

const route = getRouteApi("/shell/");

export function Dashboard() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const admin = useHasRole("admin");
  const change = (patch: Partial<CustomerSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...patch }), replace: !("add" in patch) });
  return (
    <Page
      title="Dashboard"
      commands={
        admin && (
          <ToolbarButton icon={<AddRegular />} onClick={() => change({ add: true })}>
            Add customer
          </ToolbarButton>
        )
      }
    >
      <FleetTiles />
      <CustomerList search={search} onSearch={change} />
      {admin && search.add && <AddCustomerDialog onClose={() => change({ add: undefined })} />}
    </Page>
  );
}
