import { useSession } from "../session/useSession";

/** Tells password managers whose password a form is about. Nobody sees it. */
export function AccountName() {
  const state = useSession();
  return <input hidden readOnly name="username" autoComplete="username" value={state.status === "signedIn" ? state.user.email : ""} />;
}
