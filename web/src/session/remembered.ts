// Who is signed in on this device, so that it shows its copy without asking the service first. No token, and no proof.
import type { SessionUserFragment } from "../gql/graphql";

const KEY = "taskhive-user";

export const remembered = {
  user(): SessionUserFragment | undefined {
    try {
      const user = JSON.parse(localStorage.getItem(KEY) ?? "null") as Partial<SessionUserFragment> | null;
      const { id, email, createdAt } = user ?? {};
      return id && email && createdAt ? { id, email, createdAt } : undefined;
    } catch {
      // Forbidden or damaged: then the service says who is here.
      return undefined;
    }
  },

  be(user: SessionUserFragment | undefined): void {
    try {
      if (user) localStorage.setItem(KEY, JSON.stringify({ id: user.id, email: user.email, createdAt: user.createdAt }));
      else localStorage.removeItem(KEY);
    } catch {
      // As above.
    }
  },
};
