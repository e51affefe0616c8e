import { Dropdown, Field, Option } from "@fluentui/react-components";
import { ROLES, ROLE_LABEL, type Role } from "@/api/access";

interface RoleFieldProps {
  value: Role;
  onChange: (role: Role) => void;
  /** The highest role on offer. */
  upTo?: Role;
  message?: string | undefined;
}

export function RoleField({ value, onChange, upTo = "owner", message }: RoleFieldProps) {
  const offered = ROLES.slice(0, ROLES.indexOf(upTo) + 1);
  return (
    <Field label="Role" validationMessage={message} validationState={message ? "error" : "none"}>
      <Dropdown
        value={ROLE_LABEL[value]}
        selectedOptions={[value]}
        onOptionSelect={(_, data) => onChange(data.optionValue as Role)}
      >
        {offered.map((role) => (
          <Option key={role} value={role}>
            {ROLE_LABEL[role]}
          </Option>
        ))}
      </Dropdown>
    </Field>
  );
}
