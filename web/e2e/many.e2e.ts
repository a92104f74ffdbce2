// 10,000 tasks, and how long the first screens take. Times are printed for web/README.md and never decide about a test.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { device, launch, PASSWORD, saved, signIn } from "./browser.ts";
import { Service } from "./service.ts";

const MANY = 10_000;
const EMAIL = "many@example.org";

let service: Service;
let browser: Browser;

beforeAll(async () => {
  [service, browser] = await Promise.all([Service.start(), launch()]);
  await seed();
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

async function seed(): Promise<void> {
  const register = `mutation ($password: String!) { register(input: { email: "${EMAIL}", password: $password }) { accessToken } }`;
  const token = (await service.api<{ register: { accessToken: string } }>(register, { password: PASSWORD })).register.accessToken;
  const fields = Array.from({ length: 10 }, (_, i) => `t${i}: createTask(input: { title: $t${i} }) { task { id } }`).join(" ");
  const parameters = Array.from({ length: 10 }, (_, i) => `$t${i}: String!`).join(", ");
  for (let first = 1; first <= MANY; first += 40) {
    const batches = [0, 10, 20, 30].map((offset) => {
      const variables = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`t${i}`, `Task number ${first + offset + i}`]));
      return service.api(`mutation (${parameters}) { ${fields} }`, variables, token);
    });
    await Promise.all(batches);
  }
}

test("10,000 tasks: every one can be reached by scrolling, and only a window of rows exists", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  await signIn(page, EMAIL);
  // The first copy takes a hundred requests.
  await saved(page, 120_000);
  await page.getByRole("heading", { name: "Open 10,000" }).waitFor();
  const began = Date.now();
  await expect.poll(() => scrollDown(page), { timeout: 120_000, interval: 20 }).toBe(MANY);
  const seconds = (Date.now() - began) / 1000;
  const rows = await page.locator(".row").count();
  expect(rows).toBeLessThan(80);
  await page.getByText("Task number 1", { exact: true }).waitFor();

  const frames = await page.evaluate(measureFrames);
  console.info(`10,000 tasks: the end is reached in ${seconds} s; ${rows} rows exist; frames while scrolling back: ${JSON.stringify(frames)}`);
}, 240_000);

/** Goes to the end of what is loaded, and says how many rows with tasks the list has by now. */
async function scrollDown(page: Page): Promise<number> {
  return page.evaluate(() => {
    window.scrollTo(0, document.documentElement.scrollHeight);
    const rows = [...document.querySelectorAll("[aria-posinset]")];
    // The heading is a row, too.
    return Math.max(...rows.map((row) => Number(row.getAttribute("aria-posinset")))) - 1;
  });
}

/** Scrolls up by two rows a frame, as fast as a hard flick, and notes how long frames take. */
async function measureFrames(): Promise<{ frames: number; median: number; p95: number; longest: number }> {
  const times: number[] = [];
  let last = performance.now();
  for (let i = 0; i < 120; i++) {
    window.scrollBy(0, -120);
    await new Promise((next) => requestAnimationFrame(next));
    const now = performance.now();
    times.push(Math.round((now - last) * 10) / 10);
    last = now;
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  return { frames: times.length, median: at(0.5), p95: at(0.95), longest: times.at(-1) ?? 0 };
}

test.each([
  ["sign-in", "/sign-in", "New here?", 110_000],
  ["dashboard", "/tasks", "Open 10,000", 140_000],
])(
  "the first screen, %s: figures for the record",
  async (screen, path, shown, budget) => {
    const context = await device(browser, service);
    if (screen === "dashboard") {
      const before = await context.newPage();
      await signIn(before, EMAIL);
      await saved(before, 120_000);
      await before.close();
    }
    const page = await context.newPage();
    const scripts = await watchScripts(page);
    await page.addInitScript(observe);
    await page.goto(path);
    await page.getByText(shown).first().waitFor();
    await page.waitForLoadState("networkidle");
    await expect.poll(() => [...scripts.values()]).not.toContain(undefined);
    const figures = await page.evaluate(() => (globalThis as unknown as { figures: object }).figures);
    const bytes = [...scripts.values()].reduce<number>((sum, size) => sum + (size ?? 0), 0);
    console.info(`${screen}: ${JSON.stringify(figures)} scripts: ${(bytes / 1000).toFixed(1)} kB in ${scripts.size} files`);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(budget);
  },
  180_000,
);

test("without the service, a new tab shows the first of 10,000 tasks: the time for the record", async () => {
  const context = await device(browser, service, { worker: true });
  const before = await context.newPage();
  await signIn(before, EMAIL);
  await saved(before, 120_000);
  await before.evaluate(async () => void (await navigator.serviceWorker.ready));
  await before.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await before.close();
  await service.suspend("SIGKILL");
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const page = await context.newPage();
    await page.addInitScript(noteFirstRow);
    await page.goto("/tasks");
    await page.getByText("Open 10,000").waitFor();
    times.push(await page.evaluate(() => Math.round((globalThis as unknown as { firstRow: number }).firstRow)));
    await page.close();
  }
  console.info(`cold start without the service, 10,000 tasks: ${times.join(", ")} ms to the first row`);
  await service.resume();
}, 180_000);

/** In the page: when the first task is there, counted from when the page was asked for. */
function noteFirstRow(): void {
  new MutationObserver((_changes, observer) => {
    if (!document.querySelector(".task-title")) return;
    Object.assign(globalThis, { firstRow: performance.now() });
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
}

/** The scripts that the page asks for from now on, and the bytes of those that have arrived. */
async function watchScripts(page: Page): Promise<Map<string, number | undefined>> {
  const scripts = new Map<string, number | undefined>();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
  devtools.on("Network.requestWillBeSent", ({ requestId, type }) => type === "Script" && scripts.set(requestId, undefined));
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => scripts.has(requestId) && scripts.set(requestId, encodedDataLength));
  return scripts;
}

/** In the page: paints, and the time that tasks blocked beyond 50 ms each. */
function observe(): void {
  const figures = { fcp: 0, lcp: 0, tbt: 0 };
  Object.assign(globalThis, { figures });
  const watch = (type: string, note: (entry: PerformanceEntry) => void) => {
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  };
  watch("paint", (entry) => {
    if (entry.name === "first-contentful-paint") figures.fcp = Math.round(entry.startTime);
  });
  watch("largest-contentful-paint", (entry) => (figures.lcp = Math.round(entry.startTime)));
  watch("longtask", (entry) => (figures.tbt += Math.round(Math.max(0, entry.duration - 50))));
}
