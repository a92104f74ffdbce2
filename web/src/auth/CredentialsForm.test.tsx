import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { type ErrorExtensions, NoAnswer, Refusal } from "../api/errors";
import { CredentialsForm } from "./CredentialsForm";

async function submitted(error: unknown) {
  const onSubmit = vi.fn(() => Promise.reject(error));
  render(<CredentialsForm action="Sign in" passwordKind="current-password" onSubmit={onSubmit} />);
  await userEvent.type(screen.getByLabelText("E-mail address"), "ada@example.org");
  await userEvent.type(screen.getByLabelText("Password"), "secret words");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  return onSubmit;
}

const no = (extensions: ErrorExtensions) => new Refusal("No.", extensions);

test.each([
  [no({ code: "UNAUTHENTICATED", reason: "CREDENTIALS_WRONG" }), /do not belong together/],
  [no({ code: "CONFLICT", reason: "EMAIL_TAKEN" }), /already has an account/],
  [no({ code: "RATE_LIMITED", retryAfter: 40 }), /in 40 seconds/],
  [no({ code: "RATE_LIMITED", retryAfter: 900 }), /in 15 minutes/],
  [no({ code: "UNAVAILABLE", reason: "OVERLOADED", retryAfter: 1 }), /too busy/],
  [no({ code: "INTERNAL", requestId: "r-17" }), /r-17/],
  [new NoAnswer("timeout"), /took too long/],
  [new NoAnswer("unreachable"), /cannot be reached/],
])("%s is explained, and what was typed stays", async (error, text) => {
  await submitted(error);
  expect(await screen.findByText(text)).toBeVisible();
  expect(screen.getByLabelText("E-mail address")).toHaveValue("ada@example.org");
  expect(screen.getByLabelText("Password")).toHaveValue("secret words");
});

test("a broken rule is said at its field, which has the focus", async () => {
  const issue = { path: ["input", "email"], reason: "MALFORMED" as const, message: "Must be an e-mail address." };
  await submitted(no({ code: "VALIDATION", issues: [issue] }));
  const field = screen.getByLabelText("E-mail address");
  expect(field).toHaveAccessibleDescription("Must be an e-mail address.");
  expect(field).toBeInvalid();
  expect(field).toHaveFocus();
});

test("an empty form asks the service nothing", async () => {
  const onSubmit = vi.fn();
  render(<CredentialsForm action="Sign in" passwordKind="current-password" onSubmit={onSubmit} />);
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  expect(screen.getByText("Enter your e-mail address.")).toBeVisible();
  expect(onSubmit).not.toHaveBeenCalled();
});

test("a second click while the first is on its way sends nothing", async () => {
  const onSubmit = vi.fn(() => new Promise<void>(() => undefined));
  render(<CredentialsForm action="Sign in" passwordKind="current-password" onSubmit={onSubmit} />);
  await userEvent.type(screen.getByLabelText("E-mail address"), "a@b.c");
  await userEvent.type(screen.getByLabelText("Password"), "x{Enter}{Enter}");
  await userEvent.click(screen.getByRole("button", { name: "One moment…" }));
  expect(onSubmit).toHaveBeenCalledTimes(1);
});
