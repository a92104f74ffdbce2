import { useEffect } from "react";
import { explain } from "./api/errors";
import { session } from "./session/session";
import { Button } from "./ui/Button";
import { Mark } from "./ui/icons";

/** Shown for the moment in which the service says who is here. */
export function Splash() {
  return (
    <main className="splash" aria-busy="true">
      <Mark />
      <span className="visually-hidden" role="status">
        Loading…
      </span>
    </main>
  );
}

const AGAIN_MS = 4000;

/** The service did not say who is here. It is asked again, without a click, until it does. */
export function Unreachable({ error }: { error: unknown }) {
  useEffect(() => {
    const again = () => void session.restore();
    const timer = setInterval(again, AGAIN_MS);
    window.addEventListener("online", again);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", again);
    };
  }, []);
  return (
    <main className="splash">
      <Mark />
      <h1 className="empty-title">Taskhive is not available</h1>
      <p className="empty-text" role="alert">
        {explain(error)}
      </p>
      <Button tone="primary" onClick={() => void session.restore()}>
        Try again
      </Button>
    </main>
  );
}
