// By keyboard only, and what axe says about every screen in both colour schemes and at three widths.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { add, checkbox, device, expectTitles, fillCredentials, launch, PASSWORD, signUp } from "./browser.ts";
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

const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent);

test("everything can be done by keyboard, and the focus is never lost", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  const { keyboard } = page;
  await page.goto("/sign-up");
  await page.getByLabel("E-mail address").and(page.locator(":focus")).waitFor();
  await keyboard.type(`keys${Date.now()}@example.org`);
  await keyboard.press("Tab");
  await keyboard.type(PASSWORD);
  await keyboard.press("Enter");
  await page.getByText("Nothing to do yet").waitFor();

  while ((await focused(page)) !== "New task") await keyboard.press("Tab");
  for (const title of ["One", "Two", "Three"]) {
    await keyboard.type(title);
    await keyboard.press("Enter");
    await checkbox(page, title).waitFor();
  }
  while ((await focused(page)) !== "Three") await keyboard.press("Tab");
  await keyboard.press("ArrowDown");
  await expect.poll(() => focused(page)).toBe("Two");
  await keyboard.press("Space");
  await expectTitles(page, ["Three", "One", "Two"]);
  // The completed task went to the others; the focus stayed where the work is.
  await expect.poll(() => focused(page)).toBe("One");
  await keyboard.press("e");
  await page.getByLabel("Title").and(page.locator(":focus")).waitFor();
  await keyboard.press("End");
  await keyboard.type(" more");
  await keyboard.press("Enter");
  await expect.poll(() => focused(page)).toBe("One more");
  await keyboard.press("e");
  await keyboard.press("Escape");
  await expect.poll(() => focused(page)).toBe("One more");
  await keyboard.press("Delete");
  await expectTitles(page, ["Three", "Two"]);
  await expect.poll(() => focused(page)).toBe("Two");
  await keyboard.press("Control+z");
  await expectTitles(page, ["Three", "One more", "Two"]);
});

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds on the page, in light and dark, on a phone, a tablet and a desktop. */
async function violations(page: Page): Promise<string[]> {
  const found = new Set<string>();
  for (const width of [360, 768, 1280]) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.evaluate(axe);
      const results = await page.evaluate(() => (globalThis as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run());
      for (const { id, nodes } of results.violations) {
        for (const node of nodes) found.add(`${width} ${colorScheme} ${id}: ${node.html} ${node.failureSummary ?? ""}`);
      }
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (overflow > 0) found.add(`${width}: ${overflow} px wider than the window`);
    }
  }
  return [...found];
}

test("axe finds nothing on any screen, and none is wider than the window", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.goto("/sign-up");
  await fillCredentials(page, "nonsense", "short");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("At least 8 characters are needed.").waitFor();
  expect(await violations(page)).toEqual([]);

  await signUp(page);
  expect(await violations(page)).toEqual([]);
  await add(page, "Long ".repeat(40).trim());
  await add(page, "W".repeat(200));
  await add(page, "Short");
  await checkbox(page, "Short").click({ force: true });
  await page.getByRole("heading", { name: "Done 1" }).waitFor();
  await page.getByRole("button", { name: /^Edit Long/ }).click();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Delete Short" }).click();
  expect(await violations(page)).toEqual([]);
  await page.getByLabel("Search tasks").fill("nothing like this");
  await page.getByText("Nothing found").waitFor();
  expect(await violations(page)).toEqual([]);

  await page.goto("/account");
  await page.getByText("This device").waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole("button", { name: "Delete account…" }).click();
  await page.getByText("There is no way back").waitFor();
  expect(await violations(page)).toEqual([]);
}, 180_000);
