import { createContext, useContext, useSyncExternalStore, type ReactNode } from "react";
import type { Replica, Snapshot } from "../replica/replica";
import { copyOf } from "./copy";

const ReplicaContext = createContext<Replica | undefined>(undefined);

/** Gives everything within it the copy of one account. */
export function ReplicaProvider({ userId, children }: { userId: string; children: ReactNode }) {
  return <ReplicaContext value={copyOf(userId)}>{children}</ReplicaContext>;
}

export function useReplica(): Replica {
  const replica = useContext(ReplicaContext);
  if (!replica) throw new Error("There is no replica where nobody is signed in.");
  return replica;
}

export function useSnapshot(): Snapshot {
  const replica = useReplica();
  return useSyncExternalStore(throttled(replica), () => replica.snapshot());
}

/** The page is drawn at once when something changes, and then not more often than this. */
const DRAW_MS = 50;
const SUBSCRIBE = new WeakMap<Replica, (listener: () => void) => () => void>();

/** A burst of changes is drawn in a few steps. */
function throttled(replica: Replica): (listener: () => void) => () => void {
  let subscribe = SUBSCRIBE.get(replica);
  if (!subscribe) SUBSCRIBE.set(replica, (subscribe = (listener) => listenTo(replica, listener)));
  return subscribe;
}

function listenTo(replica: Replica, listener: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const tell = () => {
    if (timer !== undefined) {
      again = true;
      return;
    }
    listener();
    timer = setTimeout(() => {
      timer = undefined;
      if (again) tell();
      again = false;
    }, DRAW_MS);
  };
  const unsubscribe = replica.subscribe(tell);
  return () => {
    clearTimeout(timer);
    unsubscribe();
  };
}
