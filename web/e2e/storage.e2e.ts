// What keeps the copy on the device, when it is killed, full, thrown away or taken by a newer page: what somebody did is still there.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { add, checkbox, cut, device, expectTitles, LAUNCH, launch, mend, onDisk, PASSWORD, saved, signUp, waitingOnDisk } from "./browser.ts";
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

test("the browser is killed: what was done without a network is there when it is opened again", async () => {
  const profile = mkdtempSync(join(tmpdir(), "taskhive-profile-"));
  const open = async () => {
    const context = await chromium.launchPersistentContext(profile, { ...LAUNCH, baseURL: service.url, serviceWorkers: "block" });
    onTestFinished(() => context.close().catch(() => undefined));
    return context;
  };
  onTestFinished(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));
  const first = await open();
  const email = await signUp(await first.newPage());
  await first.close();

  const second = await open();
  await cut(second);
  const page = await second.newPage();
  await page.goto("/tasks");
  await add(page, "One");
  await add(page, "Two");
  await checkbox(page, "One").click();
  await waitingOnDisk(page, 3);
  const devtools = await second.newCDPSession(page);
  const died = new Promise((resolve) => second.once("close", resolve));
  await Promise.all([died, devtools.send("Browser.crash").catch(() => undefined)]);

  const third = await open();
  const again = await third.newPage();
  await again.goto("/tasks");
  await saved(again);
  await expectTitles(again, ["Two", "One"]);
  expect(await kept(email)).toEqual(["Two", "One"]);
});

/** In the page: from now on, the disk is full. Chromium lets small writes pass beyond a quota, so that one cannot be set for this. */
function fill(): void {
  const { put } = IDBObjectStore.prototype;
  const makeRoom = () => {
    IDBObjectStore.prototype.put = put;
  };
  IDBObjectStore.prototype.put = () => {
    throw new DOMException("no room", "QuotaExceededError");
  };
  Object.assign(globalThis, { makeRoom });
}

test("a full device: the page says so and goes on, and keeps everything as soon as there is room", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  const email = await signUp(page);
  await saved(page);
  await cut(context);
  await page.evaluate(fill);
  await add(page, "Typed on a full device");
  await page.getByText("This device is full").waitFor();
  await page.evaluate(() => (globalThis as unknown as { makeRoom: () => void }).makeRoom());
  await add(page, "With room again");
  await page.getByText("This device is full").waitFor({ state: "detached" });
  await waitingOnDisk(page, 2);
  await page.reload();
  await mend(context);
  await saved(page);
  expect(await kept(email)).toEqual(["With room again", "Typed on a full device"]);
});

test("the browser throws away what it kept: the tab that is open writes it again", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  const email = await signUp(page);
  await add(page, "There");
  await saved(page);
  await cut(context);
  await add(page, "Before");
  await waitingOnDisk(page, 1);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Storage.clearDataForOrigin", { origin: service.url, storageTypes: "indexeddb" });
  await add(page, "After");
  await waitingOnDisk(page, 2);
  await page.reload();
  await expectTitles(page, ["After", "Before", "There"]);
  await mend(context);
  await saved(page);
  expect(await kept(email)).toEqual(["After", "Before", "There"]);
});

test("a newer Taskhive takes the copy in another tab: the older one says so, and what is done in it arrives", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  const email = await signUp(page);
  await saved(page);
  const [, name] = await page.evaluate(onDisk);
  const newer = await context.newPage();
  await newer.goto("/favicon.svg");
  await newer.evaluate(async (database) => {
    await new Promise((resolve) => {
      indexedDB.open(database, 99).onsuccess = resolve;
    });
  }, name);
  await add(page, "In the older one");
  await page.getByText("A newer Taskhive has been open on this device.").waitFor();
  await saved(page);
  expect(await kept(email)).toEqual(["In the older one"]);
});
