import { Link, useLocation } from "wouter";
import { useSignOut } from "./session/useSignOut";
import type { Liveness } from "./tasks/useLiveTasks";
import { Button } from "./ui/Button";
import { useOnline } from "./ui/useOnline";
import { Mark, PersonIcon, SignOutIcon } from "./ui/icons";

const LIVENESS: Record<Liveness, string> = {
  connecting: "Connecting…",
  live: "Live",
  lost: "Reconnecting…",
};

/** The top of every page of a signed-in user. `liveness` says whether changes from elsewhere arrive. */
export function PageHeader({ liveness }: { liveness?: Liveness }) {
  const { signOut, isPending } = useSignOut();
  const [path] = useLocation();
  const online = useOnline();
  // A socket notices only after a while that there is no network; the bar above has said so already.
  const shown = online ? liveness : undefined;
  return (
    <header className="header">
      <div className="header-inner">
        <Link className="brand" href="/tasks" aria-label="Taskhive, your tasks">
          <Mark />
          <span>Taskhive</span>
        </Link>
        <p className="liveness" data-state={shown} role="status">
          {shown && LIVENESS[shown]}
        </p>
        <nav aria-label="Account" className="header-nav">
          <Link className="button button-quiet" href="/account" aria-current={path === "/account" ? "page" : undefined}>
            <PersonIcon />
            <span className="on-wide">Account</span>
            <span className="visually-hidden on-narrow">Account</span>
          </Link>
          <Button tone="quiet" isPending={isPending} onPress={() => void signOut()}>
            <SignOutIcon />
            <span className="on-wide">Sign out</span>
            <span className="visually-hidden on-narrow">Sign out</span>
          </Button>
        </nav>
      </div>
    </header>
  );
}
