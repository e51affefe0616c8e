import { Tab, TabList } from "@fluentui/react-components";
import { getRouteApi } from "@tanstack/react-router";
import { useCustomer } from "@/api/customers";
import { Page } from "@/ui/Page";
import type { CoverageSearch } from "../search";
import { MapView } from "./MapView";
import { WhatIfBuilder } from "./WhatIfBuilder";

const route = getRouteApi("/shell/customers/$customerId/coverage");

/** What is enforced for whom and where, and What If for one sign-in. */
export function CoveragePage() {
  const customer = useCustomer();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (patch: Partial<CoverageSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...patch }) });
  return (
    <Page
      title="Coverage"
      documentTitle={`Coverage · ${customer.display_name}`}
      lead="What the enforced policies guarantee, decided exactly over all sign-ins; emergency access aside."
    >
      <TabList
        className="no-print"
        selectedValue={search.view ?? "map"}
        onTabSelect={(_, data) => change({ view: data.value === "what-if" ? "what-if" : undefined })}
      >
        <Tab value="map">Map</Tab>
        <Tab value="what-if">What If</Tab>
      </TabList>
      {search.view === "what-if" ? (
        <WhatIfBuilder customer={customer} asked={search.sign_in} onAsk={(sign_in) => change({ sign_in })} />
      ) : (
        <MapView
          customer={customer}
          selected={search.cell}
          onSelect={(cell) => change({ cell })}
          onTry={(sign_in) => change({ view: "what-if", sign_in })}
        />
      )}
    </Page>
  );
}
