import { Component, type ReactNode } from "react";
import { Button } from "./ui/Button";

/** A defect of the page says so, instead of leaving an empty window. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <main className="splash">
        <h1 className="empty-title">Something went wrong on this page</h1>
        <p className="empty-text">Your tasks are safe. Reloading usually helps, above all after an update of Taskhive.</p>
        <Button tone="primary" onClick={() => location.reload()}>
          Reload
        </Button>
      </main>
    );
  }
}
