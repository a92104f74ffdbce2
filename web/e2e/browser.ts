// Chromium, and what a person does in it.
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import type { Service } from "./service.ts";

export const PASSWORD = "correct horse battery staple";

export const LAUNCH = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
};

export async function launch(): Promise<Browser> {
  return chromium.launch(LAUNCH);
}

/**
 * A device of its own: cookies, cache, tabs. It is gone after the test, which fails if its pages complained about anything. Without
 * `worker` nothing is kept of the page itself, so that tests see every request.
 */
export async function device(browser: Browser, service: Service, { worker = false } = {}): Promise<BrowserContext> {
  const serviceWorkers = worker ? "allow" : "block";
  const context = await browser.newContext({ baseURL: service.url, viewport: { width: 1024, height: 800 }, reducedMotion: "reduce", serviceWorkers });
  const complaints: string[] = [];
  context.on("console", (message) => {
    // The network tab's own lines about answers that are part of a test.
    const network = message.text().startsWith("Failed to load resource") || message.text().startsWith("WebSocket connection");
    if (message.type() === "error" && !network) complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(error.error().message));
  context.setDefaultTimeout(15_000);
  onTestFinished(async () => {
    // What a test put between page and service may be at work on a request that now goes nowhere.
    const between = [context, ...context.pages()];
    await Promise.all(between.map((one) => one.unrouteAll({ behavior: "ignoreErrors" })));
    await context.close();
    expect(complaints).toEqual([]);
  });
  return context;
}

let users = 0;

/** Signs up as somebody new; the page then shows the empty dashboard. */
export async function signUp(page: Page): Promise<string> {
  users += 1;
  const email = `person${users}.${Date.now()}@example.org`;
  await page.goto("/sign-up");
  await fillCredentials(page, email);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("Nothing to do yet").waitFor();
  return email;
}

/** Signs in; the page then shows the dashboard, for which everything has been loaded. */
export async function signIn(page: Page, email: string): Promise<void> {
  await page.goto("/sign-in");
  await fillCredentials(page, email);
  await page.getByRole("button", { name: "Sign in" }).click();
  // The address changes before the code of the page behind it has arrived.
  await page.getByLabel("New task").waitFor();
}

export async function fillCredentials(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
}

export async function add(page: Page, title: string): Promise<void> {
  await page.getByLabel("New task").fill(title);
  await page.keyboard.press("Enter");
  await checkbox(page, title).waitFor();
}

export const checkbox = (page: Page, title: string) => page.getByRole("checkbox", { name: title, exact: true });

/** Waits until everything is saved, and what happens elsewhere arrives. */
export async function saved(page: Page, timeout = 15_000): Promise<void> {
  await page.getByText("All saved", { exact: true }).waitFor({ timeout });
}

/** In the page: how many changes its disk holds, and what the database is called. */
export async function onDisk(): Promise<[number, string]> {
  const [{ name = "" } = {}] = await indexedDB.databases();
  const database = await new Promise<IDBDatabase>((resolve) => {
    const opening = indexedDB.open(name);
    opening.onsuccess = () => resolve(opening.result);
  });
  const count = await new Promise<number>((resolve) => {
    const counting = database.transaction("outbox").objectStore("outbox").count();
    counting.onsuccess = () => resolve(counting.result);
  });
  database.close();
  return [count, name];
}

/** Waits until so many changes that wait are on the disk. */
export async function waitingOnDisk(page: Page, count: number): Promise<void> {
  await expect.poll(async () => (await page.evaluate(onDisk))[0]).toBe(count);
}

/** The titles on screen, from top to bottom. */
export async function titles(page: Page): Promise<string[]> {
  return page.locator(".task-title").allTextContents();
}

/** Waits until the titles on screen are these. */
export async function expectTitles(page: Page, expected: string[]): Promise<void> {
  await expect.poll(() => titles(page)).toEqual(expected);
}

/** Nothing comes through, and nothing says why. */
export const cut = (context: BrowserContext) => context.route("**/graphql", (route) => route.abort("connectionfailed"));

export const mend = (context: BrowserContext) => context.unroute("**/graphql");
