import { Link } from "wouter";
import { Mark } from "./ui/icons";
import { usePageTitle } from "./ui/usePageTitle";

export default function NotFoundPage() {
  const heading = usePageTitle<HTMLHeadingElement>("Not found");
  return (
    <main className="splash">
      <Mark />
      <h1 ref={heading} tabIndex={-1} className="empty-title">
        There is no such page
      </h1>
      <p className="empty-text">The address may be mistyped.</p>
      <Link className="button button-primary" href="/tasks">
        Go to your tasks
      </Link>
    </main>
  );
}
