// What whoever is signed in sees. `pages.tsx` loads it.
import AccountPage from "./account/AccountPage";
import { ReplicaProvider } from "./device/useReplica";
import TasksPage from "./tasks/TasksPage";

export interface SignedInProps {
  userId: string;
  page: "tasks" | "account";
}

const PAGES = { tasks: TasksPage, account: AccountPage };

export default function SignedIn({ userId, page }: SignedInProps) {
  const Page = PAGES[page];
  // Another user gets other pages, with nothing left in their fields.
  return (
    <ReplicaProvider key={userId} userId={userId}>
      <Page />
    </ReplicaProvider>
  );
}
