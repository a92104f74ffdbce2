import { type FormEvent, useRef, useState } from "react";
import { Refusal, SessionOver } from "../api/errors";
import { type CredentialsProblem, problemOf } from "../auth/problem";
import { api } from "../session/api";
import { session } from "../session/session";
import { Button } from "../ui/Button";
import { PasswordField } from "../ui/Field";
import { Notice } from "../ui/Notice";
import { useServerInfo } from "../useServerInfo";
import { AccountName } from "./AccountName";
import { changePasswordMutation } from "./operations";

type Outcome = CredentialsProblem & { done?: boolean };

/** Changes the password, which signs out all other devices. */
export function PasswordSection() {
  const form = useRef<HTMLFormElement>(null);
  const [currentPassword, setCurrent] = useState("");
  const [newPassword, setNew] = useState("");
  const [outcome, setOutcome] = useState<Outcome>({});
  const [isPending, setPending] = useState(false);
  const server = useServerInfo();

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (isPending) return;
    setPending(true);
    try {
      const { changePassword } = await api(changePasswordMutation, { currentPassword, newPassword }, { replacesTokens: true });
      session.adopt(changePassword);
      setCurrent("");
      setNew("");
      setOutcome({ done: true });
    } catch (error) {
      if (error instanceof SessionOver) return;
      const wrong = error instanceof Refusal && error.is("UNAUTHENTICATED", "CREDENTIALS_WRONG");
      const problem = wrong ? { fields: { currentPassword: "This is not your password." } } : problemOf(error);
      setOutcome(problem);
      const field = problem.fields?.newPassword ? "newPassword" : "currentPassword";
      form.current?.querySelector<HTMLInputElement>(`[name=${field}]`)?.focus();
    } finally {
      setPending(false);
    }
  }

  return (
    <section className="card" aria-labelledby="password">
      <h2 id="password">Change password</h2>
      <form ref={form} className="form" noValidate onSubmit={(event) => void submit(event)}>
        <AccountName />
        {outcome.text && <Notice tone="bad">{outcome.text}</Notice>}
        {outcome.done && <Notice>Your password is changed. All other devices have been signed out.</Notice>}
        <PasswordField
          label="Current password"
          name="currentPassword"
          autoComplete="current-password"
          required
          error={outcome.fields?.currentPassword}
          value={currentPassword}
          onChange={setCurrent}
        />
        <PasswordField
          label="New password"
          name="newPassword"
          autoComplete="new-password"
          required
          error={outcome.fields?.newPassword}
          hint={server && `At least ${server.minPasswordLength} characters.`}
          value={newPassword}
          onChange={setNew}
        />
        <Button type="submit" isPending={isPending} disabled={currentPassword === "" || newPassword === ""}>
          {isPending ? "One moment…" : "Change password"}
        </Button>
      </form>
    </section>
  );
}
