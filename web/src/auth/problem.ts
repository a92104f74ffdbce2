// What the service's errors mean to somebody who signs in or up.
import { explain, Refusal } from "../api/errors";

export interface CredentialsProblem {
  /** About the whole form. */
  text?: string;
  /** About single fields, by their names. */
  fields?: Record<string, string>;
}

export function problemOf(error: unknown): CredentialsProblem {
  if (!(error instanceof Refusal)) return { text: explain(error) };
  if (error.is("UNAUTHENTICATED", "CREDENTIALS_WRONG")) {
    return { text: "This address and this password do not belong together. Check both, and mind upper and lower case in the password." };
  }
  if (error.is("CONFLICT", "EMAIL_TAKEN")) return { fields: { email: "This address already has an account. Sign in instead." } };
  const fields: Record<string, string> = {};
  for (const field of ["email", "password", "currentPassword", "newPassword"]) {
    const message = error.issueOf(field);
    if (message) fields[field] = message;
  }
  return Object.keys(fields).length > 0 ? { fields } : { text: explain(error) };
}
