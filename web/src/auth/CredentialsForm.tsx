import { type FormEvent, useRef, useState } from "react";
import { Button } from "../ui/Button";
import { Field, PasswordField } from "../ui/Field";
import { Notice } from "../ui/Notice";
import { type CredentialsProblem, problemOf } from "./problem";

interface CredentialsFormProps {
  action: string;
  passwordKind: "current-password" | "new-password";
  passwordHint?: string | undefined;
  onSubmit: (email: string, password: string) => Promise<void>;
}

/** Address and password. What the service says is wrong stands at the field it is about; nothing typed is lost. */
export function CredentialsForm({ action, passwordKind, passwordHint, onSubmit }: CredentialsFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<CredentialsProblem>({});
  const [isPending, setPending] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (isPending) return;
    const missing = missingOf(email, password);
    if (missing) return complain(missing);
    setPending(true);
    try {
      await onSubmit(email, password);
    } catch (error) {
      complain(problemOf(error));
    } finally {
      setPending(false);
    }
  }

  function complain(next: CredentialsProblem) {
    setProblem(next);
    const field = next.fields?.email ? "email" : "password";
    form.current?.querySelector<HTMLInputElement>(`[name=${field}]`)?.focus();
  }

  return (
    <form ref={form} className="form" noValidate onSubmit={(event) => void submit(event)}>
      {problem.text && <Notice tone="bad">{problem.text}</Notice>}
      <Field
        label="E-mail address"
        name="email"
        type="email"
        inputMode="email"
        autoComplete="username"
        autoFocus
        error={problem.fields?.email}
        value={email}
        onChange={setEmail}
      />
      <PasswordField
        label="Password"
        name="password"
        autoComplete={passwordKind}
        hint={passwordHint}
        error={problem.fields?.password}
        value={password}
        onChange={setPassword}
      />
      <Button type="submit" tone="primary" isPending={isPending}>
        {isPending ? "One moment…" : action}
      </Button>
    </form>
  );
}

function missingOf(email: string, password: string): CredentialsProblem | undefined {
  const fields: Record<string, string> = {};
  if (email.trim() === "") fields.email = "Enter your e-mail address.";
  if (password === "") fields.password = "Enter a password.";
  return Object.keys(fields).length > 0 ? { fields } : undefined;
}
