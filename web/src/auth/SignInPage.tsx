import { Link } from "wouter";
import { preloadPages } from "../pages";
import { session } from "../session/session";
import type { EndReason } from "../session/tabs";
import { useSession } from "../session/useSession";
import { useServerInfo } from "../useServerInfo";
import { Notice } from "../ui/Notice";
import { AuthLayout } from "./AuthLayout";
import { CredentialsForm } from "./CredentialsForm";

const ENDED: Record<EndReason, string> = {
  signedOut: "You have signed out.",
  ended: "Your session has ended. Please sign in again.",
  accountDeleted: "Your account and everything in it have been deleted.",
};

/** While the service checks the password, the code of what comes next arrives. */
function signIn(email: string, password: string): Promise<void> {
  void preloadPages();
  return session.signIn(email, password);
}

export default function SignInPage() {
  const server = useServerInfo();
  const state = useSession();
  const because = state.status === "signedOut" ? state.because : undefined;
  const elsewhere = state.status === "signedOut" && because === "signedOut" && state.elsewhere;
  return (
    <AuthLayout title="Sign in">
      {because && <Notice>{elsewhere ? "You have signed out in another tab." : ENDED[because]}</Notice>}
      {server?.passwordLogin === false ? (
        <Notice tone="warn">This service leaves signing in to another site. Ask whoever runs it where.</Notice>
      ) : (
        <CredentialsForm action="Sign in" passwordKind="current-password" onSubmit={signIn} />
      )}
      {server?.registrationOpen !== false && (
        <p className="auth-other">
          New here? <Link href="/sign-up">Create an account</Link>
        </p>
      )}
    </AuthLayout>
  );
}
