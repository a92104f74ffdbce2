import { createAuthClient } from "better-auth/client";
import { jwtClient } from "better-auth/client/plugins";

export const authClient = createAuthClient({
  // Only needed where the client is not served by the same origin as the route above.
  baseURL: process.env.BETTER_AUTH_URL,
  plugins: [jwtClient()],
});
