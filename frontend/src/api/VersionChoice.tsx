import { Dropdown, Field, Option } from "@fluentui/react-components";
import { useBaselineVersions } from "./baselines";

const LATEST = "Latest, whichever that is";

interface VersionChoiceProps {
  baselineId: string;
  /** The version to stay with; nothing: the latest. */
  value: number | undefined;
  onChange: (version: number | undefined) => void;
}

/** Whether a customer follows the latest version of a baseline, or which it stays with. */
export function VersionChoice({ baselineId, value, onChange }: VersionChoiceProps) {
  const versions = useBaselineVersions(baselineId);
  const text = value === undefined ? LATEST : `Version ${value}`;
  return (
    <Field label="Version" hint="A customer that stays with one version gets nothing newer by itself.">
      <Dropdown
        value={text}
        selectedOptions={[value === undefined ? LATEST : String(value)]}
        onOptionSelect={(_, { optionValue }) =>
          onChange(optionValue === LATEST ? undefined : Number(optionValue))
        }
      >
        <Option value={LATEST}>{LATEST}</Option>
        {(versions.data?.items ?? []).map(({ number }) => (
          <Option key={number} value={String(number)}>{`Version ${number}`}</Option>
        ))}
      </Dropdown>
    </Field>
  );
}
