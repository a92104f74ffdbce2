import { Link } from "wouter";
import { PageHeader } from "../PageHeader";
import { useSession } from "../session/useSession";
import { usePageTitle } from "../ui/usePageTitle";
import { useServerInfo } from "../useServerInfo";
import { DeleteAccount } from "./DeleteAccount";
import { PasswordSection } from "./PasswordSection";
import { SessionsSection } from "./SessionsSection";

/** Where somebody is signed in, the password, and the way out. */
export default function AccountPage() {
  const heading = usePageTitle<HTMLHeadingElement>("Account");
  const state = useSession();
  const hasPassword = useServerInfo()?.passwordLogin !== false;
  return (
    <>
      <PageHeader />
      <main className="page">
        <Link className="back" href="/tasks">
          ← Back to your tasks
        </Link>
        <h1 ref={heading} tabIndex={-1} className="page-title">
          Account
        </h1>
        {state.status === "signedIn" && (
          <p className="page-lead">
            Signed in as <strong>{state.user.email}</strong>
          </p>
        )}
        <SessionsSection />
        {hasPassword && <PasswordSection />}
        {hasPassword && <DeleteAccount />}
      </main>
    </>
  );
}
