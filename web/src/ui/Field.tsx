import { type ComponentProps, type ReactNode, useId, useState } from "react";
import { Button } from "./Button";

interface FieldProps extends Omit<ComponentProps<"input">, "className" | "children" | "onChange"> {
  label: string;
  hint?: string | undefined;
  /** What is wrong, as the service said it. It stays until the next try: a message that vanished on blur would move the button
   *  away from under the pointer that is about to press it. */
  error?: string | undefined;
  value: string;
  onChange: (value: string) => void;
}

/** What a field has so that it is told what it is called, and what is wrong with it. */
interface Wiring {
  id: string;
  className: "input";
  "aria-describedby": string | undefined;
  "aria-invalid": boolean;
}

/** A labelled field. What is wrong with it is said below it and read out with it. */
function Labelled({ label, hint, error, children }: Pick<FieldProps, "label" | "hint" | "error"> & { children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const texts = { [`${id}-hint`]: hint, [`${id}-error`]: error };
  const described = Object.keys(texts).filter((key) => texts[key]);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, className: "input", "aria-describedby": described.join(" ") || undefined, "aria-invalid": error !== undefined })}
      {hint && (
        <span id={`${id}-hint`} className="hint">
          {hint}
        </span>
      )}
      {error && (
        <span id={`${id}-error`} className="field-error">
          {error}
        </span>
      )}
    </div>
  );
}

/** One line of text. */
export function Field({ label, hint, error, onChange, ...props }: FieldProps) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(wiring) => <input {...props} {...wiring} onChange={(event) => onChange(event.target.value)} />}
    </Labelled>
  );
}

/** Several lines of text. */
export function TextField({
  label,
  hint,
  error,
  name,
  value,
  rows,
  onChange,
}: Pick<FieldProps, "label" | "hint" | "error" | "name" | "value" | "onChange"> & { rows: number }) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(wiring) => <textarea {...wiring} name={name} value={value} rows={rows} onChange={(event) => onChange(event.target.value)} />}
    </Labelled>
  );
}

/** A field for a password, which can be looked at while it is typed. */
export function PasswordField({ label, hint, error, onChange, ...props }: FieldProps) {
  const [visible, setVisible] = useState(false);
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(wiring) => (
        <div className="input-with-button">
          <input
            {...props}
            {...wiring}
            type={visible ? "text" : "password"}
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => onChange(event.target.value)}
          />
          <Button tone="quiet" aria-label={visible ? "Hide password" : "Show password"} onClick={() => setVisible(!visible)}>
            {visible ? "Hide" : "Show"}
          </Button>
        </div>
      )}
    </Labelled>
  );
}
