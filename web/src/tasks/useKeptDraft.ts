import { useState } from "react";
import { keepDraft, keptDraft } from "../device/drafts";
import { useSession } from "../session/useSession";

/** A state that survives a reload, a page that was left, and the end of the session. */
export function useKeptDraft<T>(name: "editor" | "quick-add", none: T): [T, (draft: T) => void] {
  const state = useSession();
  const userId = state.status === "signedIn" ? state.user.id : "";
  const [draft, setDraft] = useState<T>(() => keptDraft<T>(userId, name) ?? none);
  const change = (next: T) => {
    keepDraft(userId, name, next);
    setDraft(next);
  };
  return [draft, change];
}
