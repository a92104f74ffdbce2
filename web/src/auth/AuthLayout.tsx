import type { ReactNode } from "react";
import { Mark } from "../ui/icons";
import { usePageTitle } from "../ui/usePageTitle";

/** The frame of signing in and up: what this is on one side, the form on the other. */
export function AuthLayout({ title, children }: { title: string; children: ReactNode }) {
  const heading = usePageTitle<HTMLHeadingElement>(title);
  return (
    <div className="auth">
      <header className="auth-brand">
        <p className="brand">
          <Mark />
          <span>Taskhive</span>
        </p>
        <p className="auth-claim">Everything you have to do, in one calm place.</p>
        <p className="auth-text">Write it down, tick it off. Every device shows it the same moment.</p>
      </header>
      <main className="auth-main">
        <div className="auth-card">
          <h1 ref={heading} tabIndex={-1} className="page-title">
            {title}
          </h1>
          {children}
        </div>
      </main>
    </div>
  );
}
