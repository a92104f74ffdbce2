import { type FormEvent, useState } from "react";
import { Refusal, SessionOver } from "../api/errors";
import { type CredentialsProblem, problemOf } from "../auth/problem";
import { api } from "../session/api";
import { session } from "../session/session";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { PasswordField } from "../ui/Field";
import { Notice } from "../ui/Notice";
import { AccountName } from "./AccountName";
import { deleteAccountMutation } from "./operations";

/** Deletes the account, after asking for the password. */
export function DeleteAccount() {
  const [asking, setAsking] = useState(false);
  return (
    <section className="card card-danger" aria-labelledby="delete-account">
      <h2 id="delete-account">Delete account</h2>
      <p>Your account, your tasks and all sessions are deleted at once and for good.</p>
      <Button tone="danger" onClick={() => setAsking(true)}>
        Delete account…
      </Button>
      {asking && (
        <Dialog title="Delete your account?" onClose={() => setAsking(false)}>
          <Confirmation onCancel={() => setAsking(false)} />
        </Dialog>
      )}
    </section>
  );
}

function Confirmation({ onCancel }: { onCancel: () => void }) {
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<CredentialsProblem>({});
  const [isPending, setPending] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (isPending) return;
    setPending(true);
    try {
      await api(deleteAccountMutation, { password });
      session.end("accountDeleted");
    } catch (error) {
      if (error instanceof SessionOver) return;
      const wrong = error instanceof Refusal && error.is("UNAUTHENTICATED", "CREDENTIALS_WRONG");
      setProblem(wrong ? { fields: { password: "This is not your password." } } : problemOf(error));
      setPending(false);
    }
  }

  return (
    <form className="form" noValidate onSubmit={(event) => void submit(event)}>
      <AccountName />
      <p>There is no way back: nobody can restore it.</p>
      {problem.text && <Notice tone="bad">{problem.text}</Notice>}
      <PasswordField
        label="Your password, to make sure it is you"
        name="password"
        autoComplete="current-password"
        autoFocus
        error={problem.fields?.password}
        value={password}
        onChange={setPassword}
      />
      <div className="editor-actions">
        <Button type="submit" tone="danger" isPending={isPending} disabled={password === ""}>
          {isPending ? "Deleting…" : "Delete for good"}
        </Button>
        <Button onClick={onCancel}>Keep my account</Button>
      </div>
    </form>
  );
}
