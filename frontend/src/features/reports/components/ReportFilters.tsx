import { Button, Dropdown, Option, makeStyles } from "@fluentui/react-components";
import { SearchField } from "@/ui/SearchField";
import { SEVERITIES, SEVERITY_LOOK } from "@/ui/severity";
import { frameworkChoices } from "@/lib/frameworks";
import type { Report } from "../queries";
import {
  KINDS,
  NO_FILTERS,
  RESULTS,
  type ReportSearch,
  SOURCES,
  STATUSES,
  isFiltered,
  kindsOf,
  severitiesOf,
} from "../search";
import { KIND_LABEL, RESULT_LABEL, SOURCE_LABEL, STATUS_LABEL } from "../words";

const useStyles = makeStyles({
  row: { display: "flex", gap: "8px", flexWrap: "wrap", alignItems: "center" },
  // As wide as what is chosen, so that all of them stand in one row.
  drop: { minWidth: 0, maxWidth: "260px" },
});

interface FiltersProps {
  report: Report;
  search: ReportSearch;
  onSearch: (change: Partial<ReportSearch>) => void;
}

/** What narrows the findings. */
export function ReportFilters({ report, search, onSearch }: FiltersProps) {
  const styles = useStyles();
  const severities = severitiesOf(search);
  const kinds = kindsOf(search);
  const found = new Set(report.findings.map((finding) => finding.kind));
  return (
    <div className={`no-print ${styles.row}`} role="search" aria-label="Filter findings">
      <Words label="Search findings" search={search} onSearch={onSearch} />
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
        {KINDS.filter((kind) => found.has(kind) || kinds.includes(kind)).map((kind) => (
          <Option key={kind} value={kind}>
            {KIND_LABEL[kind]}
          </Option>
        ))}
      </Dropdown>
      <Choice
        label="Against"
        any="Against anything"
        options={SOURCES}
        words={SOURCE_LABEL}
        value={search.source}
        onChange={(source) => onSearch({ source })}
      />
      <Choice
        label="Status"
        any="Any status"
        options={STATUSES}
        words={STATUS_LABEL}
        value={search.status}
        onChange={(status) => onSearch({ status })}
      />
      <FrameworkChoice
        references={report.findings.flatMap((finding) => finding.frameworks)}
        search={search}
        onSearch={onSearch}
      />
      <Clear search={search} onSearch={onSearch} />
    </div>
  );
}

/** What narrows the checks. */
export function CheckFilters({ report, search, onSearch }: FiltersProps) {
  const styles = useStyles();
  return (
    <div className={`no-print ${styles.row}`} role="search" aria-label="Filter checks">
      <Words label="Search checks" search={search} onSearch={onSearch} />
      <Choice
        label="Result"
        any="Any result"
        options={RESULTS}
        words={RESULT_LABEL}
        value={search.result}
        onChange={(result) => onSearch({ result })}
      />
      <FrameworkChoice
        references={report.checks.flatMap((check) => check.frameworks)}
        search={search}
        onSearch={onSearch}
      />
      <Clear search={search} onSearch={onSearch} />
    </div>
  );
}

type PartProps = Pick<FiltersProps, "search" | "onSearch">;

function Words({ label, search, onSearch }: PartProps & { label: string }) {
  return (
    <SearchField
      label={label}
      value={search.search ?? ""}
      onChange={(text) => onSearch({ search: text || undefined })}
    />
  );
}

function FrameworkChoice({ references, search, onSearch }: PartProps & { references: readonly string[] }) {
  const choices = frameworkChoices(references);
  if (choices.length === 0 && !search.framework) return null;
  // An address can name a single id, which the list does not offer.
  const options =
    search.framework && !choices.includes(search.framework) ? [search.framework, ...choices] : choices;
  return (
    <Choice
      label="Framework"
      any="Any framework"
      options={options}
      value={search.framework}
      onChange={(framework) => onSearch({ framework })}
    />
  );
}

function Clear({ search, onSearch }: PartProps) {
  if (!isFiltered(search)) return null;
  return (
    <Button appearance="subtle" onClick={() => onSearch(NO_FILTERS)}>
      Clear filters
    </Button>
  );
}

interface ChoiceProps<Value extends string> {
  label: string;
  /** What stands there while nothing is chosen. */
  any: string;
  options: readonly Value[];
  /** The options for people, where they are not words already. */
  words?: Record<Value, string>;
  value: Value | undefined;
  onChange: (value: Value | undefined) => void;
}

const ANY = "";

function Choice<Value extends string>({ label, any, options, words, value, onChange }: ChoiceProps<Value>) {
  const styles = useStyles();
  const text = (option: Value) => words?.[option] ?? option;
  return (
    <Dropdown
      aria-label={label}
      className={styles.drop}
      value={value ? text(value) : any}
      selectedOptions={[value ?? ANY]}
      onOptionSelect={(_, data) => onChange(options.find((option) => option === data.optionValue))}
    >
      <Option value={ANY}>{any}</Option>
      {options.map((option) => (
        <Option key={option} value={option}>
          {text(option)}
        </Option>
      ))}
    </Dropdown>
  );
}
