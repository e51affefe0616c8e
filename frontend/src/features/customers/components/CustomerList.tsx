import { Button, Dropdown, Option, Text, makeStyles } from "@fluentui/react-components";
import { BuildingMultipleRegular } from "@fluentui/react-icons";
import { ProblemMessage } from "@/api/ProblemMessage";
import { useHasRole } from "@/api/access";
import { EmptyState, LoadingRows } from "@/ui/States";
import { SearchField } from "@/ui/SearchField";
import { useCustomerList } from "../queries";
import { type CustomerSearch, STATUSES } from "../search";
import { statusLabel } from "./CustomerStatus";
import { CustomerTable } from "./CustomerTable";

const useStyles = makeStyles({
  filters: { display: "flex", gap: "8px", flexWrap: "wrap", alignItems: "center" },
  status: { minWidth: "150px" },
});

interface CustomerListProps {
  search: CustomerSearch;
  /** Puts a change into the address. */
  onSearch: (change: Partial<CustomerSearch>) => void;
}

/** The table of customers with its search and filters, which live in the address. */
export function CustomerList({ search, onSearch }: CustomerListProps) {
  const styles = useStyles();
  const list = useCustomerList(search);
  const admin = useHasRole("admin");
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = Boolean(search.search || search.status);

  return (
    <>
      <div className={`no-print ${styles.filters}`} role="search">
        <SearchField
          label="Search customers"
          value={search.search ?? ""}
          onChange={(text) => onSearch({ search: text || undefined })}
        />
        <Dropdown
          aria-label="Status"
          className={styles.status}
          value={search.status ? statusLabel(search.status) : "Any status"}
          selectedOptions={[search.status ?? "any"]}
          onOptionSelect={(_, data) =>
            onSearch({ status: STATUSES.find((status) => status === data.optionValue) })
          }
        >
          <Option value="any">Any status</Option>
          {STATUSES.map((status) => (
            <Option key={status} value={status}>
              {statusLabel(status)}
            </Option>
          ))}
        </Dropdown>
        <Text role="status">{list.isPlaceholderData ? "Searching" : ""}</Text>
      </div>
      {list.isPending && <LoadingRows rows={8} height={36} label="Loading customers" />}
      {list.error && <ProblemMessage error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && rows.length > 0 && (
        <CustomerTable
          rows={rows}
          sort={search.sort ?? "-severity"}
          onSort={(sort) => onSearch({ sort })}
          hasMore={list.hasNextPage}
          loadingMore={list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
        />
      )}
      {list.data && rows.length === 0 && filtered && (
        <EmptyState
          title="No customer matches"
          actions={
            <Button onClick={() => onSearch({ search: undefined, status: undefined })}>Clear filters</Button>
          }
        >
          Search looks at names, tenant names, domains and tenant ids.
        </EmptyState>
      )}
      {list.data && rows.length === 0 && !filtered && (
        <EmptyState
          icon={<BuildingMultipleRegular />}
          title="No customers yet"
          actions={
            admin && (
              <Button appearance="primary" onClick={() => onSearch({ add: true })}>
                Add customer
              </Button>
            )
          }
        >
          {admin
            ? "Add a customer, connect its Entra tenant, and import its Conditional Access policies."
            : "An admin of your workspace can add one."}
        </EmptyState>
      )}
    </>
  );
}
