// Drawn by hand in a 24-unit box; always beside a text or an aria-label, so hidden from screen readers.
import type { ReactNode } from "react";

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round">
      {children}
    </svg>
  );
}

export const CloseIcon = () => (
  <Icon>
    <path d="M6 6l12 12M18 6L6 18" />
  </Icon>
);

export const TrashIcon = () => (
  <Icon>
    <path d="M4 7h16M9.5 7V4.5h5V7M6.5 7l.8 12.5h9.4L17.5 7M10 11v5M14 11v5" />
  </Icon>
);

export const PencilIcon = () => (
  <Icon>
    <path d="M4.5 19.5l1-4.2L16 4.8l3.2 3.2L8.7 18.5zM13.5 7.3l3.2 3.2" />
  </Icon>
);

export const PlusIcon = () => (
  <Icon>
    <path d="M12 5v14M5 12h14" />
  </Icon>
);

export const SearchIcon = () => (
  <Icon>
    <circle cx="11" cy="11" r="6" />
    <path d="M15.5 15.5L20 20" />
  </Icon>
);

export const PersonIcon = () => (
  <Icon>
    <circle cx="12" cy="8.5" r="3.5" />
    <path d="M5 20c.8-3.6 3.5-5 7-5s6.2 1.4 7 5" />
  </Icon>
);

export const SignOutIcon = () => (
  <Icon>
    <path d="M13.5 4.5H6v15h7.5M10.5 12H20M16.5 8.5L20 12l-3.5 3.5" />
  </Icon>
);

export const WarningIcon = () => (
  <Icon>
    <path d="M12 4.5L21 19.5H3zM12 10.5v4M12 17v.1" />
  </Icon>
);

/** The mark of the product. */
export const Mark = () => (
  <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
    <path className="mark-cell" d="M16 1.5 28.6 8.8v14.4L16 30.5 3.4 23.2V8.8z" />
    <path className="mark-tick" d="m10.4 16.4 3.9 3.9 7.4-8" />
  </svg>
);
