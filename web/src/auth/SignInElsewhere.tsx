import { Notice } from "../ui/Notice";

/** Instead of a form, where an identity provider keeps the accounts: the way there. */
export function SignInElsewhere({ url }: { url: string | null | undefined }) {
  const parsed = url && URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed) return <Notice tone="warn">Another site keeps the accounts of this Taskhive. Ask whoever runs it where to sign in.</Notice>;
  return (
    <>
      <p className="auth-elsewhere">
        The accounts of this Taskhive are kept by <strong>{parsed.host}</strong>. Sign up, sign in and change your password there.
      </p>
      <a className="button button-primary" href={parsed.href}>
        Sign in at {parsed.host}
      </a>
    </>
  );
}
