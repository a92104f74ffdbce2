import { Link, useLocation } from "wouter";
import { SaveState } from "./SaveState";
import { SignOut } from "./session/SignOut";
import { Mark, PersonIcon } from "./ui/icons";

/** The top of every page of a signed-in user. */
export function PageHeader() {
  const [path] = useLocation();
  return (
    <header className="header">
      <div className="header-inner">
        <Link className="brand" href="/tasks" aria-label="Taskhive, your tasks">
          <Mark />
          <span>Taskhive</span>
        </Link>
        <SaveState />
        <nav aria-label="Account" className="header-nav">
          <Link className="button button-quiet" href="/account" aria-current={path === "/account" ? "page" : undefined}>
            <PersonIcon />
            <span className="on-wide">Account</span>
            <span className="visually-hidden on-narrow">Account</span>
          </Link>
          <SignOut />
        </nav>
      </div>
    </header>
  );
}
