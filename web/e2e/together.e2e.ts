// Two devices at once, sessions that end, a service that goes away, and people who are in a hurry.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { add, checkbox, device, expectTitles, launch, PASSWORD, saved, signIn, signUp } from "./browser.ts";
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

async function twoDevices() {
  const [here, there] = [await device(browser, service), await device(browser, service)];
  const [page, other] = [await here.newPage(), await there.newPage()];
  const email = await signUp(page);
  await signIn(other, email);
  await Promise.all([saved(page), saved(other)]);
  return { page, other, email };
}

test("what one device does, the other shows at once", async () => {
  const { page, other } = await twoDevices();
  await add(page, "Shared");
  await expectTitles(other, ["Shared"]);
  await checkbox(other, "Shared").click({ force: true });
  await page.getByRole("heading", { name: "Done 1" }).waitFor();
  await other.getByRole("button", { name: "Delete Shared" }).click();
  await page.getByText("Nothing to do yet").waitFor();
});

test("two who edit the same task are told, and neither loses a word", async () => {
  const { page, other } = await twoDevices();
  await add(page, "Draft");
  await checkbox(other, "Draft").waitFor();
  await page.getByRole("button", { name: "Edit Draft" }).click();
  await page.getByLabel("Title").fill("Mine");
  await other.getByRole("button", { name: "Edit Draft" }).click();
  await other.getByLabel("Title").fill("Theirs");
  await other.getByRole("button", { name: "Save" }).click();

  await page.getByText("Changed on another device").waitFor();
  expect(await page.locator(".conflict-text").textContent()).toContain("Theirs");
  expect(await page.getByLabel("Title").inputValue()).toBe("Mine");
  await page.getByRole("button", { name: "Keep mine" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await expectTitles(page, ["Mine"]);
  await expectTitles(other, ["Mine"]);

  await page.getByRole("button", { name: "Edit Mine" }).click();
  await page.getByLabel("Title").fill("Mine again");
  await other.getByRole("button", { name: "Delete Mine" }).click();
  await page.getByText("deleted on another device").waitFor();
  await page.getByRole("button", { name: "Save as new task" }).click();
  await expectTitles(other, ["Mine again"]);
});

test("a change that arrives between the last keystroke and saving is found by the service's own check", async () => {
  const { page, email } = await twoDevices();
  await add(page, "Draft");
  const token = await service.signIn(email, PASSWORD);
  await page.getByRole("button", { name: "Edit Draft" }).click();
  await page.getByLabel("Title").fill("Mine");
  const list = await service.api<{ tasks: { nodes: { id: string }[] } }>("{ tasks { nodes { id } } }", {}, token);
  const id = list.tasks.nodes[0]?.id;
  let first = true;
  await page.route("**/graphql", async (route) => {
    if (first && route.request().postData()?.includes("updateTask")) {
      first = false;
      await service.api('mutation ($id: ID!) { updateTask(input: { id: $id, title: "Theirs" }) { task { id } } }', { id }, token);
    }
    await route.continue();
  });
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Changed on another device").waitFor();
  expect(await page.locator(".conflict-text").allTextContents()).toEqual(["Theirs", "Mine"]);
  await page.getByText("1 change needs you").waitFor();
  await page.getByRole("button", { name: "Take the other" }).click();
  await expectTitles(page, ["Theirs"]);
  await saved(page);
});

test("a session that ends elsewhere shows nothing private, forwards or back", async () => {
  const { page, email } = await twoDevices();
  await add(page, "Private");
  await page.getByRole("link", { name: "Account" }).click();
  await page.getByText("This device").waitFor();
  const token = await service.signIn(email, PASSWORD);
  await service.api("mutation { revokeOtherSessions { revokedSessionIds } }", {}, token);
  await page.getByText("Your session has ended.").waitFor();
  await page.goBack();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await page.goForward();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  expect(await page.content()).not.toContain("Private");
  expect(await page.content()).not.toContain(email);
});

test("an expired token is renewed once, however many requests meet it", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  await signUp(page);
  await saved(page);
  let renewals = 0;
  let refused = 0;
  let repeated = 0;
  await page.route("**/graphql", async (route) => {
    const body = route.request().postData() ?? "";
    if (body.includes("refreshToken")) renewals += 1;
    if (!body.includes("createTask")) return route.continue();
    if (renewals > 0) {
      repeated += 1;
      return route.continue();
    }
    refused += 1;
    const extensions = { code: "UNAUTHENTICATED", reason: "TOKEN_EXPIRED" };
    await route.fulfill({ status: 401, json: { errors: [{ message: "The access token has expired.", extensions }] } });
  });
  await add(page, "One");
  await add(page, "Two");
  await expect.poll(() => repeated).toBe(2);
  await saved(page);
  expect(refused).toBe(1);
  expect(renewals).toBe(1);
});

test("no tab renews the session while another one changes the password", async () => {
  const context = await device(browser, service);
  const [page, tab] = [await context.newPage(), await context.newPage()];
  await signUp(page);
  await page.getByRole("link", { name: "Account" }).click();
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByLabel("New password").fill("another good password");
  let renewals = 0;
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  await context.route("**/graphql", async (route) => {
    const body = route.request().postData() ?? "";
    if (body.includes("refreshToken")) renewals += 1;
    if (body.includes("changePassword")) await held;
    await route.continue();
  });
  const locks = (state: "held" | "pending") =>
    page.evaluate(async (state) => (await navigator.locks.query())[state]?.filter(({ name }) => name === "taskhive-renewal").length, state);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect.poll(() => locks("held")).toBe(1);
  await tab.goto("/tasks");
  await expect.poll(() => locks("pending")).toBe(1);
  expect(renewals).toBe(0);
  answer();
  await page.getByText("Your password is changed.").waitFor();
  await saved(tab);
  expect(renewals).toBe(1);
});

test("signing out in one tab signs out the others, and the back button shows nothing private", async () => {
  const context = await device(browser, service);
  const [page, tab] = [await context.newPage(), await context.newPage()];
  await signUp(page);
  await add(page, "Private");
  await tab.goto("/tasks");
  await checkbox(tab, "Private").waitFor();
  await page.goto("/account");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You have signed out.").waitFor();
  await tab.getByText("You have signed out in another tab.").waitFor();
  await page.goBack();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  expect(await page.content()).not.toContain("Private");
  expect(await tab.content()).not.toContain("Private");
});

test("without the service the start page says so and recovers", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  await page.route("**/graphql", (route) =>
    route.fulfill({ status: 503, json: { errors: [{ message: "busy", extensions: { code: "UNAVAILABLE", reason: "OVERLOADED", retryAfter: 1 } }] } }),
  );
  await page.goto("/tasks");
  await page.getByText("Taskhive is not available").waitFor();
  await page.unroute("**/graphql");
  await page.getByRole("button", { name: "Sign in" }).waitFor();
});

test("a refused change is taken back where everybody sees it", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  await signUp(page);
  await add(page, "Stubborn");
  await page.route("**/graphql", async (route) => {
    if (!route.request().postData()?.includes("setTaskCompleted")) return route.continue();
    await route.fulfill({
      status: 200,
      json: { data: null, errors: [{ message: "Something went wrong.", extensions: { code: "INTERNAL", requestId: "r-1" } }] },
    });
  });
  await checkbox(page, "Stubborn").click({ force: true });
  await page.getByText("“Stubborn” was not completed.").waitFor();
  await expect.poll(() => checkbox(page, "Stubborn").isChecked()).toBe(false);
  await page.unroute("**/graphql");
  await page.getByRole("button", { name: "Try again" }).click();
  await saved(page);
  expect(await checkbox(page, "Stubborn").isChecked()).toBe(true);
});

test("double submits, and answers that are lost, add a task once", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  await signUp(page);
  let lost = 0;
  await page.route("**/graphql", async (route) => {
    if (lost > 0 || !route.request().postData()?.includes("createTask")) return route.continue();
    lost += 1;
    // The service does it, and the answer never arrives.
    await route.fetch();
    await route.abort("connectionreset");
  });
  await page.getByLabel("New task").fill("Once");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await checkbox(page, "Once").waitFor();
  expect(lost).toBe(1);
  await page.reload();
  await expectTitles(page, ["Once"]);
});

test("titles are text, whatever they look like, and impossible ones come back with the reason", async () => {
  const context = await device(browser, service);
  const page = await context.newPage();
  await signUp(page);
  const hostile = [`<img src=x onerror="document.title='owned'">`, "<script>document.title='owned'</script>", `{{7*7}} \${7*7} 👩‍👩‍👧‍👦 \u202Eright to left`];
  for (const title of hostile) await add(page, title);
  await expectTitles(page, hostile.toReversed());
  expect(await page.title()).toBe("Tasks · Taskhive");
  const field = page.getByLabel("New task");
  await field.fill("x".repeat(2000));
  await page.keyboard.press("Enter");
  await page.getByText("200 is the most").waitFor();
  expect((await field.inputValue()).length).toBe(2000);
  await field.fill("a\u0007b");
  await page.keyboard.press("Enter");
  await page.locator("form.quick-add .field-error", { hasText: /./ }).waitFor();
  expect(await field.inputValue()).toBe("a\u0007b");
});
