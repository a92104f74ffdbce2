// Without a network, without the service, and in a hurry: nothing that somebody did is lost, and nothing has to be clicked.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { add, checkbox, cut, device, expectTitles, launch, mend, PASSWORD, saved, signIn, signUp, titles } from "./browser.ts";
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

const kept = (email: string) => service.titles(email, PASSWORD);

const remove = (page: Page, title: string) => page.getByRole("button", { name: `Delete ${title}` }).click();

async function edit(page: Page, title: string, next: string): Promise<void> {
  await page.getByRole("button", { name: `Edit ${title}` }).click();
  await page.getByLabel("Title").fill(next);
  await page.getByRole("button", { name: "Save" }).click();
}

test("delete, then sign out, twenty times: what was deleted stays deleted", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  const email = await signUp(page);
  await add(page, "Kept");
  for (let round = 0; round < 20; round++) {
    await add(page, "Gone");
    await remove(page, "Gone");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You have signed out.").waitFor();
    expect(await kept(email)).toEqual(["Kept"]);
    await signIn(page, email);
    await expectTitles(page, ["Kept"]);
  }
}, 180_000);

test("the service is killed, and 30 seconds later back: everything that was done meanwhile arrives by itself", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  const email = await signUp(page);
  await add(page, "Tick me");
  await add(page, "Change me");
  await saved(page);
  await service.suspend("SIGKILL");
  const back = Date.now() + 30_000;
  await page.getByText("No connection").waitFor();
  for (const title of ["One", "Two", "Three", "Four", "Five"]) await add(page, title);
  await checkbox(page, "Tick me").click({ force: true });
  await edit(page, "Change me", "Changed");
  await page.getByText("No connection · 7 changes wait").waitFor();
  const shown = ["Five", "Four", "Three", "Two", "One", "Changed", "Tick me"];
  await expectTitles(page, shown);
  await expect.poll(() => Date.now(), { timeout: 40_000 }).toBeGreaterThan(back);
  await expectTitles(page, shown);
  await service.resume();
  await saved(page);
  await expectTitles(page, shown);
  expect(await kept(email)).toEqual(shown);
  expect(await page.locator(".field-error, [role=alert]").filter({ hasText: /./ }).count()).toBe(0);
}, 120_000);

test("a restart that nobody notices: what happens on other devices arrives afterwards, too", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  const email = await signUp(page);
  await add(page, "Before");
  await saved(page);
  await service.suspend();
  await service.resume();
  const token = await service.signIn(email, PASSWORD);
  await service.api('mutation { createTask(input: { title: "After" }) { task { id } } }', {}, token);
  await expectTitles(page, ["After", "Before"]);
});

test("without a network, search, filters and counts go on as before", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  await signUp(page);
  for (const title of ["Lange Straße", "Alpen", "Brot"]) await add(page, title);
  await saved(page);
  await context.setOffline(true);
  await page.getByText("No connection").waitFor();
  await page.getByLabel("Search tasks").fill("strasse");
  await expectTitles(page, ["Lange Straße"]);
  await add(page, "Hauptstrasse");
  await expectTitles(page, ["Hauptstrasse", "Lange Straße"]);
  await checkbox(page, "Lange Straße").click({ force: true });
  await page.getByRole("radio", { name: "Done 1" }).click({ force: true });
  await expectTitles(page, ["Lange Straße"]);
  await page.getByRole("button", { name: "Clear search" }).click();
  await page.getByRole("radio", { name: "Open 3" }).click({ force: true });
  await expectTitles(page, ["Hauptstrasse", "Brot", "Alpen"]);
  await context.setOffline(false);
  await saved(page);
});

test("what waits survives a reload, and is sent without a click", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  const email = await signUp(page);
  await add(page, "There");
  await saved(page);
  await cut(page.context());
  await add(page, "Waiting");
  await checkbox(page, "There").click({ force: true });
  await page.getByText("No connection · 2 changes wait").waitFor();
  await page.reload();
  await expectTitles(page, ["Waiting", "There"]);
  await page.getByText("No connection · 2 changes wait").waitFor();
  await mend(page.context());
  await saved(page);
  expect(await kept(email)).toEqual(["Waiting", "There"]);
});

test("two devices without a connection to each other: both texts are shown, and one is chosen", async () => {
  const [here, there] = [await device(browser, service), await device(browser, service)];
  const [page, other] = [await here.newPage(), await there.newPage()];
  const email = await signUp(page);
  await add(page, "Draft");
  await add(page, "Doomed");
  await signIn(other, email);
  await expectTitles(other, ["Doomed", "Draft"]);
  await Promise.all([saved(page), saved(other)]);
  await here.setOffline(true);
  await edit(page, "Draft", "Mine");
  await edit(page, "Doomed", "Too late");
  await edit(other, "Draft", "Theirs");
  await remove(other, "Doomed");
  await saved(other);
  await here.setOffline(false);
  await page.getByText("Your text is still here").waitFor();
  await page.getByText("2 changes need you").waitFor();
  await page.getByRole("button", { name: "Keep mine" }).click();
  await page.getByRole("button", { name: "Save as new task" }).click();
  await saved(page);
  await expectTitles(page, ["Too late", "Mine"]);
  await expectTitles(other, ["Too late", "Mine"]);
});

test("signing out with changes that wait asks first, and waits if that is wished", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  const email = await signUp(page);
  await saved(page);
  await cut(page.context());
  for (const title of ["One", "Two", "Three"]) await add(page, title);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("3 changes are not saved yet").waitFor();
  await page.getByRole("button", { name: "Stay" }).click();
  await expectTitles(page, ["Three", "Two", "One"]);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Save and sign out" }).click();
  await mend(page.context());
  await page.getByText("You have signed out.").waitFor();
  expect(await kept(email)).toEqual(["Three", "Two", "One"]);
});

test("deleting and completing are taken back one by one, also after a reload", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  const email = await signUp(page);
  const all = ["E", "D", "C", "B", "A"];
  for (const title of all.toReversed()) await add(page, title);
  await checkbox(page, "A").click({ force: true });
  for (const title of ["B", "C", "D", "E"]) await remove(page, title);
  await expectTitles(page, ["A"]);
  await saved(page);
  await page.reload();
  await expectTitles(page, ["A"]);
  await page.locator("body").click({ position: { x: 5, y: 400 } });
  for (let i = 0; i < 5; i++) await page.keyboard.press("Control+z");
  await expectTitles(page, all);
  await saved(page);
  expect(await kept(email)).toEqual(all);
  expect(await checkbox(page, "A").isChecked()).toBe(false);
});

test("what was begun to be typed survives Escape, other pages, a reload and a session that ended", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  const email = await signUp(page);
  await add(page, "Draft");
  await saved(page);
  await page.getByRole("button", { name: "Edit Draft" }).click();
  await page.getByLabel("Title").fill("Half a thought");
  await page.keyboard.press("Escape");
  await page.locator(".toast", { hasText: "Changes discarded" }).getByRole("button", { name: "Undo" }).click();
  expect(await page.getByLabel("Title").inputValue()).toBe("Half a thought");
  await page.getByLabel("New task").fill("Half a line");
  await page.getByRole("link", { name: "Account" }).click();
  await page.getByRole("link", { name: "Back to your tasks" }).click();
  expect(await page.getByLabel("Title").inputValue()).toBe("Half a thought");
  await page.reload();
  expect(await page.getByLabel("New task").inputValue()).toBe("Half a line");
  const token = await service.signIn(email, PASSWORD);
  await service.api("mutation { revokeOtherSessions { revokedSessionIds } }", {}, token);
  await page.getByText("Your session has ended.").waitFor();
  await signIn(page, email);
  expect(await page.getByLabel("Title").inputValue()).toBe("Half a thought");
  expect(await page.getByLabel("New task").inputValue()).toBe("Half a line");
});

test("a session that ended while there was no network: the copy is there, and what was done waits for signing in again", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  const email = await signUp(page);
  await add(page, "There");
  await saved(page);
  await cut(page.context());
  const token = await service.signIn(email, PASSWORD);
  await service.api("mutation { revokeOtherSessions { revokedSessionIds } }", {}, token);
  await page.reload();
  await expectTitles(page, ["There"]);
  await add(page, "Meanwhile");
  await edit(page, "There", "Changed");
  await page.getByText("No connection · 2 changes wait").waitFor();
  await mend(page.context());
  await page.getByText("what was not saved yet waits on this device").waitFor();
  await signIn(page, email);
  await saved(page);
  await expectTitles(page, ["Meanwhile", "Changed"]);
  expect(await kept(email)).toEqual(["Meanwhile", "Changed"]);
});

test("three tabs: one talks to the service, and another takes over when it is closed", async () => {
  const context = await device(browser, service);
  const [first, second, third] = [await context.newPage(), await context.newPage(), await context.newPage()];
  const email = await signUp(first);
  await second.goto("/tasks");
  await third.goto("/tasks");
  await Promise.all([saved(first), saved(second), saved(third)]);
  await add(second, "From the second");
  await Promise.all([first, third].map((page) => expectTitles(page, ["From the second"])));
  await cut(first.context());
  await add(third, "From the third");
  await second.getByText("No connection · 1 change waits").waitFor();
  await first.close();
  await mend(third.context());
  await Promise.all([saved(second), saved(third)]);
  expect(await kept(email)).toEqual(["From the third", "From the second"]);
  expect(await titles(second)).toEqual(await titles(third));
});
