// The pages of signed-in users: code of their own, which whoever signs in need not wait for before they can type.
import { lazy, type ComponentType, type ReactNode } from "react";

interface SignedInPages {
  TasksPage: ComponentType;
  AccountPage: ComponentType;
  ReplicaProvider: ComponentType<{ userId: string; children: ReactNode }>;
}

let loading: Promise<SignedInPages> | undefined;
let loaded: SignedInPages | undefined;

/** Asks for the code, once. */
export function loadPages(): Promise<SignedInPages> {
  loading ??= import("./signedIn").then(
    (pages) => (loaded = pages),
    (error: unknown) => {
      // It may be there the next time.
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

/** Asks for the code before it is needed. */
export function preloadPages(): Promise<void> {
  return loadPages().then(
    () => undefined,
    // Where it is needed it is asked for once more, and the page says what is wrong.
    () => undefined,
  );
}

/** React keeps a fallback on screen for 300 ms, so that what is here already must not pass through `lazy`. */
function page<Name extends keyof SignedInPages>(name: Name): SignedInPages[Name] {
  const Lazy = lazy(async () => ({ default: (await loadPages())[name] as ComponentType<object> }));
  const Page = (props: object) => {
    const Loaded = (loaded?.[name] ?? Lazy) as ComponentType<object>;
    return <Loaded {...props} />;
  };
  return Page as SignedInPages[Name];
}

export const TasksPage = page("TasksPage");
export const AccountPage = page("AccountPage");
export const ReplicaProvider = page("ReplicaProvider");
