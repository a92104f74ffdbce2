// The addresses of this client's pages. The build hands them to the service worker, and to the service, which answers each with
// the same page.
export const ADDRESSES = ["/", "/sign-in", "/sign-up", "/tasks", "/account"] as const;

export type Address = (typeof ADDRESSES)[number];
