// Taskhive as an app on the device: opened without a network, updated when somebody says so, and never keeping an answer of the API.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { add, checkbox, device, expectTitles, launch, saved, signUp, waitingOnDisk } from "./browser.ts";
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

/** Waits until the page is on the device. */
async function installed(page: Page): Promise<void> {
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

test("the service is gone: a new tab opens all the same, takes changes, and sends them afterwards", async () => {
  const context = await device(browser, service, { worker: true });
  const page = await context.newPage();
  await signUp(page);
  await installed(page);
  await add(page, "There");
  await saved(page);
  await page.close();
  await service.suspend("SIGKILL");
  const tab = await context.newPage();
  await tab.goto("/");
  await expectTitles(tab, ["There"]);
  await add(tab, "Meanwhile");
  await checkbox(tab, "There").click({ force: true });
  await waitingOnDisk(tab, 2);
  await tab.reload();
  await tab.getByText("No connection · 2 changes wait").waitFor();
  await service.resume();
  await saved(tab);
  await expectTitles(tab, ["Meanwhile", "There"]);
});

test("only the page and its files are kept, and nothing that the API said", async () => {
  const context = await device(browser, service, { worker: true });
  const page = await context.newPage();
  await signUp(page);
  await installed(page);
  await add(page, "Private");
  await saved(page);
  const kept = await page.evaluate(async () => {
    const caches = await Promise.all((await globalThis.caches.keys()).map((name) => globalThis.caches.open(name)));
    const requests = (await Promise.all(caches.map((cache) => cache.keys()))).flat();
    return requests.map(({ url }) => new URL(url).pathname);
  });
  expect(kept.filter((path) => !/^\/(assets\/|tasks$|[\w-]+\.(png|svg|webmanifest)$)/.test(path))).toEqual([]);
  expect(kept).toContain("/tasks");
});

test("Chromium finds nothing in the way of installing it", async () => {
  const context = await device(browser, service, { worker: true });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await installed(page);
  const devtools = await context.newCDPSession(page);
  const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
  // Windows without a profile on disk, as tests have, cannot install anything.
  expect(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito")).toEqual([]);
  const { errors } = await devtools.send("Page.getAppManifest");
  expect(errors).toEqual([]);
});

test("a newer page is announced, and comes when somebody says so", async () => {
  const context = await device(browser, service, { worker: true });
  const page = await context.newPage();
  await signUp(page);
  await installed(page);
  await add(page, "Kept");
  await saved(page);
  // As a newer release does: another worker for the same pages.
  await page.evaluate(async () => void (await navigator.serviceWorker.register("/sw.js?newer")));
  await page.getByText("A newer Taskhive is ready.").waitFor();
  await expectTitles(page, ["Kept"]);
  await page.getByRole("button", { name: "Reload" }).click();
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.scriptURL).catch(() => "")).toContain("newer");
  await expectTitles(page, ["Kept"]);
});
