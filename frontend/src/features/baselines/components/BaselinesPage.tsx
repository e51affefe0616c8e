import { Badge, Button, ToolbarButton } from "@fluentui/react-components";
import { ArrowImportRegular, BranchRegular, LibraryRegular } from "@fluentui/react-icons";
import { Link, getRouteApi, useNavigate } from "@tanstack/react-router";
import { QueryState } from "@/api/QueryState";
import { useHasRole } from "@/api/access";
import { formatNumber } from "@/lib/text";
import { type Column, DataTable } from "@/ui/DataTable";
import { useLinkStyles } from "@/ui/links";
import { Page } from "@/ui/Page";
import { EmptyState } from "@/ui/States";
import { Time } from "@/ui/Time";
import { type Baseline, useBaselines } from "../queries";
import { sourceText } from "../source";
import type { BaselinesSearch } from "../routes";
import { ImportFilesDialog } from "./ImportFilesDialog";
import { ImportGithubDialog } from "./ImportGithubDialog";

const route = getRouteApi("/shell/baselines");

const COLUMNS: readonly Column<Baseline>[] = [
  { id: "name", header: "Baseline", cell: (baseline) => <NameCell baseline={baseline} /> },
  { id: "source", header: "Source", cell: (baseline) => sourceText(baseline.source) },
  { id: "version", header: "Version", align: "end", cell: (baseline) => baseline.current_version },
  { id: "policies", header: "Policies", align: "end", cell: (baseline) => formatNumber(baseline.policies) },
  {
    id: "customers",
    header: "Customers",
    align: "end",
    cell: (baseline) => formatNumber(baseline.customers),
  },
  { id: "updated", header: "Changed", cell: (baseline) => <Time at={baseline.updated_at} /> },
];

function NameCell({ baseline }: { baseline: Baseline }) {
  const links = useLinkStyles();
  return (
    <>
      <Link to="/baselines/$baselineId" params={{ baselineId: baseline.id }} className={links.text}>
        {baseline.name}
      </Link>{" "}
      {baseline.built_in && <Badge appearance="outline">Built in</Badge>}
      {baseline.update_available && (
        <Badge appearance="tint" color="informative">
          Update available
        </Badge>
      )}
    </>
  );
}

export function BaselinesPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const admin = useHasRole("admin");
  const query = useBaselines();
  const setOpen = (way: BaselinesSearch["import"]) =>
    void navigate({ to: "/baselines", search: way ? { import: way } : {} });
  return (
    <Page
      title="Baseline library"
      lead="Sets of policies that customers can be compared with."
      commands={
        admin && (
          <>
            <ToolbarButton icon={<ArrowImportRegular />} onClick={() => setOpen("files")}>
              Import from files
            </ToolbarButton>
            <ToolbarButton icon={<BranchRegular />} onClick={() => setOpen("github")}>
              Import from GitHub
            </ToolbarButton>
          </>
        )
      }
    >
      <QueryState query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState
              icon={<LibraryRegular />}
              title="No workspace baselines yet"
              actions={
                admin && (
                  <>
                    <Button appearance="primary" onClick={() => setOpen("files")}>
                      Import from files
                    </Button>
                    <Button onClick={() => setOpen("github")}>Import from GitHub</Button>
                  </>
                )
              }
            >
              Import a set of Conditional Access policies as JSON, and compare your customers with it.
            </EmptyState>
          ) : (
            <DataTable
              label="Workspace baselines"
              rows={page.items}
              rowKey={(baseline) => baseline.id}
              columns={COLUMNS}
              onOpen={(baseline) =>
                void navigate({ to: "/baselines/$baselineId", params: { baselineId: baseline.id } })
              }
            />
          )
        }
      </QueryState>
      {admin && search.import === "files" && <ImportFilesDialog onClose={() => setOpen(undefined)} />}
      {admin && search.import === "github" && <ImportGithubDialog onClose={() => setOpen(undefined)} />}
    </Page>
  );
}
