import { Link } from "wouter";
import { preloadPages } from "../pages";
import { session } from "../session/session";
import { Notice } from "../ui/Notice";
import { useServerInfo } from "../useServerInfo";
import { AuthLayout } from "./AuthLayout";
import { CredentialsForm } from "./CredentialsForm";
import { SignInElsewhere } from "./SignInElsewhere";

/** While the account is made, the code of what comes next arrives. */
function signUp(email: string, password: string): Promise<void> {
  void preloadPages();
  return session.signUp(email, password);
}

export default function SignUpPage() {
  const server = useServerInfo();
  const hint = server && `At least ${server.minPasswordLength} characters. A few words are better than one with tricks.`;
  if (server?.passwordLogin === false) {
    return (
      <AuthLayout title="Create an account">
        <SignInElsewhere url={server.signInUrl} />
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title="Create an account">
      {server?.registrationOpen === false ? (
        <Notice tone="warn">This service takes no new accounts. Ask whoever runs it for one.</Notice>
      ) : (
        <CredentialsForm action="Create account" passwordKind="new-password" passwordHint={hint} onSubmit={signUp} />
      )}
      <p className="auth-other">
        Have an account already? <Link href="/sign-in">Sign in</Link>
      </p>
    </AuthLayout>
  );
}
