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

/** The service did not say who is here. */
export function Unreachable({ error }: { error: unknown }) {
  return (
    <main className="splash">
      <Mark />
      <h1 className="empty-title">Taskhive is not available</h1>
      <p className="empty-text" role="alert">
        {explain(error)}
      </p>
      <Button tone="primary" onPress={() => void session.restore()}>
        Try again
      </Button>
    </main>
  );
}
