import { authClient } from "./auth-client.mjs";

let token;

/** Runs one operation and returns its `data`. Fetches a token when there is none, and a new one when it has expired. */
export async function taskhive(query, variables = {}) {
  const fresh = token === undefined;
  token ??= await fetchToken();
  const response = await fetch(`${process.env.TASKHIVE_URL}/graphql`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors?.[0].extensions.code === "UNAUTHENTICATED" && !fresh) {
    token = undefined;
    return taskhive(query, variables);
  }
  if (errors) throw Object.assign(new Error(errors[0].message), { errors });
  return data;
}

/** Ends the session where it began. The token goes with it. */
export async function signOut() {
  token = undefined;
  await authClient.signOut();
}

async function fetchToken() {
  const { data, error } = await authClient.token();
  if (error) throw new Error("sign in first");
  return data.token;
}
