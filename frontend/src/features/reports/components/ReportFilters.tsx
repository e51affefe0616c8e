import { Button, Dropdown, Option, makeStyles } from "@fluentui/react-components";
import { SEVERITIES, SEVERITY_LOOK } from "@/ui/severity";
import type { Report } from "../queries";
import { KINDS, type ReportSearch, SOURCES, isFiltered, kindsOf, severitiesOf } from "../search";
import { KIND_LABEL, SOURCE_LABEL } from "../words";

const useStyles = makeStyles({
  row: { display: "flex", gap: "8px", flexWrap: "wrap", alignItems: "center" },
  drop: { minWidth: "150px" },
});

interface ReportFiltersProps {
  report: Report;
  search: ReportSearch;
  onSearch: (change: Partial<ReportSearch>) => void;
}

export function ReportFilters({ report, search, onSearch }: ReportFiltersProps) {
  const styles = useStyles();
  const severities = severitiesOf(search);
  const kinds = kindsOf(search);
  const frameworks = [...new Set(report.findings.flatMap((finding) => finding.frameworks))].sort();
  return (
    <div className={`${styles.row} no-print`} role="search" aria-label="Filter findings">
      <Dropdown
        aria-label="Severity"
        className={styles.drop}
        multiselect
        value={severities.map((each) => SEVERITY_LOOK[each].label).join(", ") || "Any severity"}
        selectedOptions={severities}
        onOptionSelect={(_, data) => onSearch({ severity: data.selectedOptions.join(",") || undefined })}
      >
        {SEVERITIES.map((severity) => (
          <Option key={severity} value={severity} text={SEVERITY_LOOK[severity].label}>
            {`${SEVERITY_LOOK[severity].shape} ${SEVERITY_LOOK[severity].label}`}
          </Option>
        ))}
      </Dropdown>
      <Dropdown
        aria-label="Kind"
        className={styles.drop}
        multiselect
        value={kinds.map((each) => KIND_LABEL[each]).join(", ") || "Any kind"}
        selectedOptions={kinds}
        onOptionSelect={(_, data) => onSearch({ kind: data.selectedOptions.join(",") || undefined })}
      >
        {KINDS.map((kind) => (
          <Option key={kind} value={kind}>
            {KIND_LABEL[kind]}
          </Option>
        ))}
      </Dropdown>
      <Dropdown
        aria-label="Against"
        className={styles.drop}
        value={search.source ? SOURCE_LABEL[search.source] : "Against anything"}
        selectedOptions={[search.source ?? "any"]}
        onOptionSelect={(_, data) =>
          onSearch({ source: SOURCES.find((source) => source === data.optionValue) })
        }
      >
        <Option value="any">Against anything</Option>
        {SOURCES.map((source) => (
          <Option key={source} value={source}>
            {SOURCE_LABEL[source]}
          </Option>
        ))}
      </Dropdown>
      {frameworks.length > 0 && (
        <Dropdown
          aria-label="Framework"
          className={styles.drop}
          value={search.framework ?? "Any framework"}
          selectedOptions={[search.framework ?? "any"]}
          onOptionSelect={(_, data) =>
            onSearch({ framework: frameworks.find((framework) => framework === data.optionValue) })
          }
        >
          <Option value="any">Any framework</Option>
          {frameworks.map((framework) => (
            <Option key={framework} value={framework}>
              {framework}
            </Option>
          ))}
        </Dropdown>
      )}
      {isFiltered(search) && (
        <Button
          appearance="subtle"
          onClick={() =>
            onSearch({ severity: undefined, kind: undefined, source: undefined, framework: undefined })
          }
        >
          Clear filters
        </Button>
      )}
    </div>
  );
}
