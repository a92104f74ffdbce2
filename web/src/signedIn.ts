// What `pages.tsx` loads.
export { default as AccountPage } from "./account/AccountPage";
export { ReplicaProvider } from "./device/useReplica";
export { default as TasksPage } from "./tasks/TasksPage";
