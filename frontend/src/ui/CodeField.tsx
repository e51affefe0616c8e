import { Field, Input } from "@fluentui/react-components";
import type { Ref } from "react";

interface CodeFieldProps {
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
  /** What else than the app's code is taken. */
  hint?: string;
  autoFocus?: boolean;
  ref?: Ref<HTMLInputElement>;
}

/** A code of an authenticator app, or a recovery code, which has letters. */
export function CodeField({ value, onChange, error, autoFocus, ref, ...rest }: CodeFieldProps) {
  const { hint = "The six digits that your authenticator app shows, or a recovery code." } = rest;
  return (
    <Field
      label="Code"
      required
      hint={hint}
      validationMessage={error}
      validationState={error ? "error" : "none"}
    >
      <Input
        ref={ref}
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus={autoFocus}
        maxLength={64}
        value={value}
        onChange={(_, data) => onChange(data.value)}
      />
    </Field>
  );
}
