import { useEffect, useRef } from "react";

/** Names the page in the tab and, after a change of page, moves the focus to its heading, as a page load would. */
export function usePageTitle<T extends HTMLElement>(title: string) {
  const heading = useRef<T>(null);
  useEffect(() => {
    document.title = `${title} · Taskhive`;
    // A field that asked for the focus keeps it.
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, [title]);
  return heading;
}
