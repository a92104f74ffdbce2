import { createContext, type ReactNode, useContext, useSyncExternalStore } from "react";
import { keptFor } from "../replica/keptFor";
import type { Snapshot } from "../replica/overlay";
import type { Replica } from "../replica/replica";
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

/** A burst of changes is drawn in a few steps. */
const throttled = keptFor((replica: Replica) => (listener: () => void) => listenTo(replica, listener));

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
