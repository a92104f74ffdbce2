import { useState } from "react";
import { explain } from "../api/errors";
import { useReplica, useSnapshot } from "../device/useReplica";
import type { Replica } from "../replica/replica";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { SignOutIcon } from "../ui/icons";
import { reportProblem, toasts } from "../ui/toasts";
import { session } from "./session";

/** What was done right before is on its way, and worth waiting for without a question. */
const MOMENT_MS = 2000;

/** Signs out. What is not saved by then would be gone, so that somebody has to say so. */
export function SignOut() {
  const replica = useReplica();
  const [isPending, setPending] = useState(false);
  const [asking, setAsking] = useState(false);

  async function signOut() {
    setAsking(false);
    setPending(true);
    try {
      await session.signOut();
      toasts.clear();
    } catch (error) {
      reportProblem(`You are still signed in. ${explain(error)}`);
    } finally {
      setPending(false);
    }
  }
  async function press() {
    setPending(true);
    if (await allSaved(replica, MOMENT_MS)) return signOut();
    setPending(false);
    setAsking(true);
  }

  return (
    <>
      <Button tone="quiet" isPending={isPending} onClick={() => void press()}>
        <SignOutIcon />
        <span className="on-wide">Sign out</span>
        <span className="visually-hidden on-narrow">Sign out</span>
      </Button>
      {asking && <Question onStay={() => setAsking(false)} onSignOut={() => void signOut()} />}
    </>
  );
}

function Question({ onStay, onSignOut }: { onStay: () => void; onSignOut: () => void }) {
  const replica = useReplica();
  const count = useSnapshot().outbox.length;
  const [isWaiting, setWaiting] = useState(false);
  async function saveFirst() {
    setWaiting(true);
    if (await allSaved(replica)) onSignOut();
  }
  return (
    <Dialog title={count === 1 ? "1 change is not saved yet" : `${count} changes are not saved yet`} onClose={onStay}>
      <p>Whoever signs out leaves nothing on this device: what is not saved by then is lost.</p>
      <div className="editor-actions">
        <Button tone="primary" isPending={isWaiting} onClick={() => void saveFirst()}>
          {isWaiting ? "Waiting for the connection…" : "Save and sign out"}
        </Button>
        <Button tone="danger" onClick={onSignOut}>
          Sign out anyway
        </Button>
        <Button onClick={onStay}>Stay</Button>
      </div>
    </Dialog>
  );
}

/** Waits until nothing waits any more; false if that takes longer than it may. */
function allSaved(replica: Replica, longest?: number): Promise<boolean> {
  return new Promise((resolve) => {
    const saved = () => {
      const { loaded, outbox } = replica.snapshot();
      return loaded && outbox.every(({ state }) => state.is === "done");
    };
    if (saved()) return resolve(true);
    const timer = longest === undefined ? undefined : setTimeout(() => end(false), longest);
    const unsubscribe = replica.subscribe(() => saved() && end(true));
    const end = (result: boolean) => {
      clearTimeout(timer);
      unsubscribe();
      resolve(result);
    };
  });
}
