// Better Auth behind the route of the manual, on a free port, and beside it `/control/…` for what a test wants to happen.
// Prints its URL when it is ready; ends with its standard input, so that it cannot outlive whoever started it.
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";

const server = createServer((request, response) => {
  answer(request, response).catch((error) => response.writeHead(500).end(String(error.stack)));
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const url = `http://127.0.0.1:${server.address().port}`;
process.env.BETTER_AUTH_URL = url;
const route = await import("./route.mjs");
const { auth } = await import("./auth.mjs");
const { tables } = await import("./database.mjs");

let jwksRequests = 0;
let isDown = false;

async function answer(request, response) {
  const body = await new Response(request.method === "POST" ? request : null).text();
  if (request.url.startsWith("/control/")) {
    const result = await control[request.url.slice("/control/".length)](JSON.parse(body || "{}"));
    return response.end(JSON.stringify(result ?? {}));
  }
  if (request.url === "/api/auth/jwks") jwksRequests += 1;
  if (isDown) return response.writeHead(503).end();
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) headers.append(name, String(value));
  const init = { method: request.method, headers, body: request.method === "POST" ? body : undefined };
  const answered = await route[request.method](new Request(url + request.url, init));
  const cookies = answered.headers.getSetCookie();
  const rest = Object.fromEntries([...answered.headers].filter(([name]) => name !== "set-cookie"));
  response.writeHead(answered.status, { ...rest, "set-cookie": cookies });
  response.end(Buffer.from(await answered.arrayBuffer()));
}

const control = {
  jwksRequests: () => jwksRequests,
  down: ({ down }) => void (isDown = down),
  // What happens when `rotationInterval` is over: the next token is signed with a new key, the old one is still published.
  rotate: () => tables.jwks.forEach((key) => (key.expiresAt = new Date())),
  // A token of the plugin with other claims or options.
  sign: ({ payload, options }) => auth.api.signJWT({ body: { payload, overrideOptions: options } }),
  // Tokens that the plugin would not make: signed with the public key as a secret, with another key, and not at all.
  forge: async ({ kind, payload }) => {
    const jwk = (await auth.api.getJwks()).keys[0];
    const other = generateKeyPairSync("ed25519").privateKey;
    const mac = (message) => createHmac("sha256", Buffer.from(jwk.x, "base64url")).update(message).digest();
    const [header, seal] = {
      symmetric: [{ alg: "HS256", kid: jwk.kid }, mac],
      stranger: [{ alg: "EdDSA", kid: jwk.kid }, (message) => sign(null, message, other)],
      unknown: [{ alg: "EdDSA", kid: "unknown" }, (message) => sign(null, message, other)],
      unsigned: [{ alg: "none", kid: jwk.kid }, () => Buffer.alloc(0)],
    }[kind];
    const message = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
    return { token: `${message}.${seal(Buffer.from(message)).toString("base64url")}` };
  },
};

console.log(url);
process.stdin.resume().on("end", () => process.exit());
