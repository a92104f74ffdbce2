import { Link } from "wouter";
import { preloadPages } from "../pages";
import { session } from "../session/session";
import type { EndReason } from "../session/tabs";
import { useSession } from "../session/useSession";
import { Notice } from "../ui/Notice";
import { useServerInfo } from "../useServerInfo";
import { AuthLayout } from "./AuthLayout";
import { CredentialsForm } from "./CredentialsForm";
import { SignInElsewhere } from "./SignInElsewhere";

const ENDED: Record<EndReason, string> = {
  signedOut: "You have signed out.",
  ended: "Your session has ended. Please sign in again: what was not saved yet waits on this device.",
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
        <SignInElsewhere url={server.signInUrl} />
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
