// A browser's first minutes, with the modules of the manual; prints what it saw as JSON. The cookies that a browser would
// keep are kept by `fetch` here.
const jar = new Map();
const plainFetch = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const isAuth = request.url.startsWith(process.env.BETTER_AUTH_URL);
  if (isAuth) {
    request.headers.set("Cookie", [...jar].map(([name, value]) => `${name}=${value}`).join("; "));
    request.headers.set("Origin", process.env.BETTER_AUTH_URL);
  }
  const response = await plainFetch(request);
  if (isAuth) {
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      jar.set(name, value);
    }
  }
  return response;
};
const { authClient } = await import("./auth-client.mjs");
const { signOut, taskhive } = await import("./taskhive.mjs");

const seen = {};
const refused = async () => taskhive("{ me { id } }").then(() => false, (error) => error.message);
seen.before = await refused();
const signedUp = await authClient.signUp.email({
  name: "Ada",
  email: "Ada@example.org",
  password: "correct horse battery",
});
if (signedUp.error) throw new Error(JSON.stringify(signedUp.error));
seen.me = (await taskhive("{ me { id email } }")).me;
await taskhive("mutation($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }", {
  input: { title: "Read the manual" },
});
seen.tasks = (await taskhive("{ tasks { nodes { title } } }")).tasks.nodes;
await signOut();
seen.after = await refused();
await authClient.signIn.email({ email: "ada@example.org", password: "correct horse battery" });
seen.again = (await taskhive("{ me { id email } }")).me;
console.log(JSON.stringify(seen));
