// The pages of signed-in users: code of their own, which whoever signs in need not wait for before they can type.
import { lazy } from "react";
import type { SignedInProps } from "./signedIn";

type Code = typeof import("./signedIn");

let loading: Promise<Code> | undefined;
let loaded: Code | undefined;

/** Asks for the code, once. */
async function loadPages(): Promise<Code> {
  try {
    loading ??= import("./signedIn");
    loaded = await loading;
    return loaded;
  } catch (error) {
    // It may be there the next time.
    loading = undefined;
    throw error;
  }
}

/** Asks for the code before it is needed. */
export function preloadPages(): Promise<void> {
  return loadPages().then(
    () => undefined,
    // Where it is needed it is asked for once more, and the page says what is wrong.
    () => undefined,
  );
}

const Lazy = lazy(loadPages);

/** React keeps a fallback on screen for 300 ms, so that what is here already must not pass through `lazy`. */
export function SignedIn(props: SignedInProps) {
  const Loaded = loaded?.default ?? Lazy;
  return <Loaded {...props} />;
}
