// Which page is shown: by address, and by whether somebody is signed in.
import { type ReactNode, Suspense } from "react";
import { Redirect, Route, Switch, useLocation, useSearchParams } from "wouter";
import { ADDRESSES, type Address } from "./addresses";
import SignInPage from "./auth/SignInPage";
import SignUpPage from "./auth/SignUpPage";
import { ErrorBoundary } from "./ErrorBoundary";
import NotFoundPage from "./NotFoundPage";
import { SignedIn } from "./pages";
import { Splash, Unreachable } from "./Splash";
import { useSession } from "./session/useSession";
import type { SignedInProps } from "./signedIn";
import { UpdateBar } from "./UpdateBar";
import { ToastRegion } from "./ui/ToastRegion";

const PAGES: Record<Address, ReactNode> = {
  "/": <Redirect to="/tasks" replace />,
  "/sign-in": (
    <ForGuests>
      <SignInPage />
    </ForGuests>
  ),
  "/sign-up": (
    <ForGuests>
      <SignUpPage />
    </ForGuests>
  ),
  "/tasks": <ForUsers page="tasks" />,
  "/account": <ForUsers page="account" />,
};

export function App() {
  return (
    <ErrorBoundary>
      <UpdateBar />
      <Switch>
        {ADDRESSES.map((address) => (
          <Route key={address} path={address}>
            {PAGES[address]}
          </Route>
        ))}
        <Route>
          <NotFoundPage />
        </Route>
      </Switch>
      <ToastRegion />
    </ErrorBoundary>
  );
}

/** What only a signed-in user may see. Nothing of it is rendered for anybody else, whatever the history holds. */
function ForUsers({ page }: Pick<SignedInProps, "page">) {
  const state = useSession();
  const [path] = useLocation();
  switch (state.status) {
    case "restoring":
      return <Splash />;
    case "unreachable":
      return <Unreachable error={state.error} />;
    case "signedOut":
      return <Redirect to={path === "/tasks" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(path)}`} replace />;
    case "signedIn":
      return (
        <Suspense fallback={<Splash />}>
          <SignedIn userId={state.user.id} page={page} />
        </Suspense>
      );
  }
}

/** Signing in and up, for those who are not signed in. */
function ForGuests({ children }: { children: ReactNode }) {
  const state = useSession();
  const [params] = useSearchParams();
  switch (state.status) {
    case "restoring":
      return <Splash />;
    case "unreachable":
      return <Unreachable error={state.error} />;
    case "signedOut":
      return children;
    case "signedIn":
      // Only to pages of this client: `next` is whatever somebody wrote into the address.
      return <Redirect to={params.get("next") === "/account" ? "/account" : "/tasks"} replace />;
  }
}
