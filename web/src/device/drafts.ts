// What somebody has begun to type, kept in this tab until it was sent or thrown away: it survives a reload, a page that was left,
// and a session that ended or was ended in another tab.

const key = (userId: string, name: string) => `taskhive-draft-${userId}-${name}`;

export function keptDraft<T>(userId: string, name: string): T | undefined {
  try {
    const kept = sessionStorage.getItem(key(userId, name));
    return kept === null ? undefined : (JSON.parse(kept) as T);
  } catch {
    // Storage may be forbidden; what is on screen stays there all the same.
    return undefined;
  }
}

export function keepDraft(userId: string, name: string, draft: unknown): void {
  try {
    if (draft === undefined || draft === "") sessionStorage.removeItem(key(userId, name));
    else sessionStorage.setItem(key(userId, name), JSON.stringify(draft));
  } catch {
    // As above.
  }
}

/** After signing out in this tab nothing is left. Whoever signed out in another one may not have thought of this one. */
export function forgetDrafts(userId: string, elsewhere: boolean): void {
  if (elsewhere) return;
  for (const name of DRAFTS) keepDraft(userId, name, undefined);
}

export const DRAFTS = ["editor", "quick-add", "undo"] as const;
