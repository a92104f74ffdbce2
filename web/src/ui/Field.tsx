import { useState } from "react";
import { FieldError, Input, Label, Text, TextArea, TextField, type TextFieldProps } from "react-aria-components";
import { Button } from "./Button";

interface FieldProps extends Omit<TextFieldProps, "className" | "children"> {
  label: string;
  hint?: string | undefined;
  /** What is wrong, as the service said it. It stays until the next try: a message that vanished on blur would move the button
   *  away from under the pointer that is about to press it. */
  error?: string | undefined;
  /** More than one line. */
  lines?: number;
}

/** A labelled text field. What is wrong with it is said below it and read out with it. */
export function Field({ label, hint, error, lines, ...props }: FieldProps) {
  return (
    <TextField {...props} isInvalid={error !== undefined} validationBehavior="aria" className="field">
      <Label>{label}</Label>
      {lines === undefined ? <Input className="input" /> : <TextArea className="input" rows={lines} />}
      {hint && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </TextField>
  );
}

/** A field for a password, which can be looked at while it is typed. */
export function PasswordField({ label, hint, error, ...props }: Omit<FieldProps, "lines">) {
  const [visible, setVisible] = useState(false);
  return (
    <TextField {...props} type={visible ? "text" : "password"} isInvalid={error !== undefined} validationBehavior="aria" className="field">
      <Label>{label}</Label>
      <div className="input-with-button">
        <Input className="input" autoCapitalize="none" spellCheck={false} />
        <Button tone="quiet" aria-label={visible ? "Hide password" : "Show password"} onPress={() => setVisible(!visible)}>
          {visible ? "Hide" : "Show"}
        </Button>
      </div>
      {hint && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </TextField>
  );
}
