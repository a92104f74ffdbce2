// What everybody does on the first day.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { add, checkbox, device, expectTitles, fillCredentials, launch, PASSWORD, saved, signIn, signUp } from "./browser.ts";
import { Service } from "./service.ts";

let service: Service;
let browser: Browser;

beforeAll(async () => {
  [service, browser] = await Promise.all([Service.start(), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

test("sign up, add, edit, complete, delete, undo, reload", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  await signUp(page);
  await add(page, "Buy bread");
  await add(page, "Call the dentist");
  await expectTitles(page, ["Call the dentist", "Buy bread"]);

  await page.getByRole("button", { name: "Edit Buy bread" }).click();
  await page.getByLabel("Title").fill("Buy rye bread");
  await page.getByLabel("Description").fill("From the corner shop");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator(".task-description", { hasText: "From the corner shop" }).waitFor();

  await checkbox(page, "Call the dentist").click({ force: true });
  await expectTitles(page, ["Buy rye bread", "Call the dentist"]);
  await page.getByRole("heading", { name: "Done 1" }).waitFor();

  await page.getByRole("button", { name: "Delete Buy rye bread" }).click();
  await expectTitles(page, ["Call the dentist"]);
  await page.locator(".toast", { hasText: "Deleted" }).getByRole("button", { name: "Undo" }).click();
  await expectTitles(page, ["Buy rye bread", "Call the dentist"]);

  await page.getByRole("button", { name: "Delete Call the dentist" }).click();
  await saved(page);
  await page.reload();
  await expectTitles(page, ["Buy rye bread"]);
  await page.getByText("From the corner shop").waitFor();
});

test("a task that is deleted right before the page is left stays deleted", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  await signUp(page);
  await add(page, "Gone");
  await add(page, "Kept");
  await page.getByRole("button", { name: "Delete Gone" }).click();
  await page.goto("/account");
  await page.goto("/tasks");
  await expectTitles(page, ["Kept"]);
});

test("search, filter and order are in the address and survive a reload", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  await signUp(page);
  for (const title of ["Apples", "Bananas", "Apple pie"]) await add(page, title);
  await checkbox(page, "Apples").click({ force: true });
  await page.getByLabel("Search tasks").fill("APPLE");
  await expectTitles(page, ["Apple pie", "Apples"]);
  await page.getByRole("radio", { name: /Done/ }).click({ force: true });
  await expectTitles(page, ["Apples"]);
  await page.reload();
  await expectTitles(page, ["Apples"]);
  await page.getByRole("radio", { name: /All/ }).click({ force: true });
  await page.getByRole("button", { name: "Clear search" }).click();
  await page.getByLabel("Order").selectOption("OLDEST");
  await expectTitles(page, ["Apples", "Bananas", "Apple pie"]);
});

test("what is added while something else is looked at is not lost from sight, and Back takes back a choice", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  await signUp(page);
  await add(page, "Apples");
  await page.getByLabel("Search tasks").fill("apples");
  await page.getByText("1 task found").waitFor({ state: "attached" });
  await page.getByLabel("New task").fill("Bananas");
  await page.keyboard.press("Enter");
  await expectTitles(page, ["Apples"]);
  await page.locator(".toast", { hasText: "Added “Bananas”" }).getByRole("button", { name: "Show" }).click();
  await expectTitles(page, ["Bananas", "Apples"]);
  await page.getByRole("radio", { name: /Done/ }).click({ force: true });
  await page.getByText("Nothing done yet").waitFor();
  await page.goBack();
  await expectTitles(page, ["Bananas", "Apples"]);
});

test("every reason for which signing in or up fails is said where it belongs, and nothing typed is lost", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  const email = await signUp(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You have signed out.").waitFor();

  await fillCredentials(page, email, "not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("do not belong together").waitFor();
  expect(await page.getByLabel("E-mail address").inputValue()).toBe(email);
  expect(await page.getByLabel("Password", { exact: true }).inputValue()).toBe("not the password");

  await page.getByRole("link", { name: "Create an account" }).click();
  await fillCredentials(page, email);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("already has an account").waitFor();
  await fillCredentials(page, "x".repeat(2000), "x".repeat(2000));
  await page.getByRole("button", { name: "Create account" }).click();
  await expect.poll(() => page.locator(".field-error").count()).toBe(2);
  await fillCredentials(page, "new@example.org", "password");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText(/common|everybody/i).waitFor();
});

test("changing the password and deleting the account", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  const email = await signUp(page);
  await page.getByRole("link", { name: "Account" }).click();
  await page.getByLabel("Current password").fill("wrong");
  await page.getByLabel("New password").fill("another good password");
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByText("This is not your password.").waitFor();
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByText("Your password is changed.").waitFor();
  await page.reload();

  await page.getByRole("button", { name: "Delete account…" }).click();
  await page.getByLabel("Your password").fill("another good password");
  await page.getByRole("button", { name: "Delete for good" }).click();
  await page.getByText("have been deleted").waitFor();
  await expect(service.signIn(email, "another good password")).rejects.toThrow("CREDENTIALS_WRONG");
});

test("other devices are listed and signed out", async () => {
  const here = await device(browser, service);
  const there = await device(browser, service);
  const page = await here.newPage();
  const elsewhere = await there.newPage();
  const email = await signUp(page);
  await signIn(elsewhere, email);
  await page.getByRole("link", { name: "Account" }).click();
  await page.getByRole("button", { name: "Sign out Chrome on Linux" }).click();
  // The other device notices by itself: its live connection is closed.
  await elsewhere.getByText("Your session has ended.").waitFor();
  await expect.poll(() => page.locator(".session").count()).toBe(1);
});
