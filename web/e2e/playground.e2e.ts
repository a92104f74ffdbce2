// The playground: from its own files, signed in by what an answer shows, with live updates.

import type { Browser, Page, Response } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { device, launch } from "./browser.ts";
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

const run = (page: Page) => page.locator(".graphiql-execute-button").click();
const tab = async (page: Page, name: string) => {
  await page.locator(".graphiql-tab", { hasText: name }).click();
  await page.locator(".graphiql-query-editor", { hasText: name }).waitFor();
  // The one before has answered, and the button is for running again.
  await page.getByRole("button", { name: "Execute query" }).waitFor();
};
const answer = (page: Page, text: string) => page.locator(".graphiql-response", { hasText: text }).waitFor();

/**
 * For a moment after a change of tabs, GraphiQL still offers the operations of the one before. One of the answers counts and not what
 * is on screen, since the second run of an operation may be refused for the first.
 */
const runUntil = async (page: Page, text: string) => {
  const answers: string[] = [];
  const listen = async (response: Response) => {
    if (response.url().endsWith("/graphql")) answers.push(await response.text());
  };
  page.on("response", listen);
  await expect
    .poll(
      async () => {
        await page.keyboard.press("Escape");
        await run(page);
        return answers.join();
      },
      { interval: 500 },
    )
    .toContain(text);
  page.off("response", listen);
};

test("sign up, create, list and watch, without copying a token or an id", async () => {
  const context = await device(browser, service);
  const foreign: string[] = [];
  context.on("request", (request) => {
    if (!request.url().startsWith(service.url)) foreign.push(request.url());
  });
  const page = await context.newPage();
  await page.goto("/playground");
  await run(page);
  await page.getByRole("menuitem", { name: "SignUp" }).click();
  await answer(page, "accessToken");
  await tab(page, "CreateTask");
  await runUntil(page, "Read the schema");
  await tab(page, "Tasks");
  await runUntil(page, "totalCount");

  for (const [name, shown] of [
    ["Complete", "completedAt"],
    ["Rename", "Read the schema twice"],
    ["Page", "edges"],
    ["Delete", "deleteTask"],
  ] as const) {
    await tab(page, name);
    await runUntil(page, shown);
  }

  const token = await service.signIn("ada@example.org", "correct horse battery");
  // However often each was run: they were all about one task.
  expect(await service.api("{ tasks { nodes { id } } }", {}, token)).toEqual({ tasks: { nodes: [] } });

  await tab(page, "Watch");
  // Until one is heard: nothing says when the service has begun to listen.
  await expect
    .poll(async () => {
      if (await page.getByRole("button", { name: "Execute query" }).isVisible()) await run(page);
      await service.api('mutation { createTask(input: { title: "seen live" }) { task { id } } }', {}, token);
      return page.locator(".graphiql-response").textContent();
    })
    .toContain("seen live");
  expect(foreign.filter((url) => !url.startsWith("data:"))).toEqual([]);
});
