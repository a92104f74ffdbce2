import { betterAuth } from "better-auth";
import { jwt } from "better-auth/plugins";
import { database } from "./database.mjs";

export const auth = betterAuth({
  baseURL: process.env.BETTER_AUTH_URL,
  secret: process.env.BETTER_AUTH_SECRET,
  database,
  emailAndPassword: { enabled: true },
  plugins: [
    jwt({
      jwt: {
        audience: process.env.TASKHIVE_URL,
        // What Taskhive makes use of, and no more. Without this the whole user is in every token.
        definePayload: ({ user, session }) => ({ email: user.email, sid: session.id }),
      },
    }),
  ],
});
