import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { preloadPages } from "./pages";
import { session } from "./session/session";
import { updates } from "./updates";
import { preloadServerInfo } from "./useServerInfo";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/shell.css";
import "./styles/auth.css";
import "./styles/task-toolbar.css";
import "./styles/task-list.css";
import "./styles/task-editing.css";

void session.restore();
// Whoever was signed in here sees their tasks first.
if (session.current().status === "signedIn") await preloadPages();
// Whether there is a form to sign in with, while the service finds out who is here.
else preloadServerInfo();

// A page that the browser kept aside may show what was private before somebody signed out.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// In development Vite's own files come and go.
if (import.meta.env.PROD) updates.keep().catch((error: unknown) => console.warn("Taskhive will not open without a network.", error));

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
