// A service that leaves accounts to an identity provider: its pages say where to go.
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { device, launch } from "./browser.ts";
import { Service } from "./service.ts";

const PAGE = "https://accounts.example.org/sign-in?from=taskhive";

let keys: Server;
let service: Service;
let browser: Browser;

beforeAll(async () => {
  const key = { ...generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "EdDSA" };
  keys = createServer((_request, response) => response.end(JSON.stringify({ keys: [key] }))).listen(0, "127.0.0.1");
  await once(keys, "listening");
  const url = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks`;
  const settings = { AUTH_JWKS_URL: url, AUTH_ISSUER: "https://accounts.example.org", AUTH_AUDIENCE: "https://tasks.example.org", AUTH_SIGN_IN_URL: PAGE };
  [service, browser] = await Promise.all([Service.start(settings), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
  keys?.close();
});

test.each(["/", "/tasks", "/sign-up", "/account"])("whoever comes to %s is told where to sign in", async (path) => {
  const context = await device(browser, service);
  const page = await context.newPage();
  await page.goto(path);
  const link = page.getByRole("link", { name: "Sign in at accounts.example.org" });
  await link.waitFor();
  expect(await link.getAttribute("href")).toBe(PAGE);
  expect(await page.getByLabel("Password", { exact: true }).count()).toBe(0);
  expect(await page.getByRole("link").count()).toBe(1);
});
