import { useState } from "react";
import { explain } from "../api/errors";
import { reportProblem, toasts } from "../ui/toasts";
import { session } from "./session";

/** Signs out, after everything that was announced has been done. */
export function useSignOut() {
  const [isPending, setPending] = useState(false);
  async function signOut() {
    setPending(true);
    toasts.dismissAll();
    try {
      await session.signOut();
    } catch (error) {
      reportProblem(`You are still signed in. ${explain(error)}`);
    } finally {
      setPending(false);
    }
  }
  return { signOut, isPending };
}
