import type { ReactNode } from "react";

/** A message in the flow of the page. What is bad is read out at once. */
export function Notice({ tone = "plain", children }: { tone?: "plain" | "bad" | "warn"; children: ReactNode }) {
  return (
    <div className="notice" data-tone={tone} role={tone === "plain" ? "status" : "alert"}>
      {children}
    </div>
  );
}
