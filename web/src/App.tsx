// Which page is shown: by address, and by whether somebody is signed in.
import { Suspense, type ReactNode } from "react";
import { Redirect, Route, Switch, useLocation, useSearchParams } from "wouter";
import SignInPage from "./auth/SignInPage";
import SignUpPage from "./auth/SignUpPage";
import { ErrorBoundary } from "./ErrorBoundary";
import NotFoundPage from "./NotFoundPage";
import { AccountPage, ReplicaProvider, TasksPage } from "./pages";
import { useSession } from "./session/useSession";
import { Splash, Unreachable } from "./Splash";
import { ToastRegion } from "./ui/ToastRegion";
import { UpdateBar } from "./UpdateBar";

export function App() {
  return (
    <ErrorBoundary>
      <UpdateBar />
      <Switch>
        <Route path="/">
          <Redirect to="/tasks" replace />
        </Route>
        <Route path="/sign-in">
          <ForGuests>
            <SignInPage />
          </ForGuests>
        </Route>
        <Route path="/sign-up">
          <ForGuests>
            <SignUpPage />
          </ForGuests>
        </Route>
        <Route path="/tasks">
          <ForUsers>
            <TasksPage />
          </ForUsers>
        </Route>
        <Route path="/account">
          <ForUsers>
            <AccountPage />
          </ForUsers>
        </Route>
        <Route>
          <NotFoundPage />
        </Route>
      </Switch>
      <ToastRegion />
    </ErrorBoundary>
  );
}

/** What only a signed-in user may see. Nothing of it is rendered for anybody else, whatever the history holds. */
function ForUsers({ children }: { children: ReactNode }) {
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
      // Another user gets other pages, with nothing left in their fields.
      return (
        <Suspense fallback={<Splash />}>
          <ReplicaProvider key={state.user.id} userId={state.user.id}>
            {children}
          </ReplicaProvider>
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
