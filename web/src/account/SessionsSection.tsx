import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { explain } from "../api/errors";
import type { SessionsQuery } from "../gql/graphql";
import { api } from "../session/api";
import { sayDate } from "../tasks/dates";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import { deviceOf } from "./device";
import { revokeOtherSessionsMutation, revokeSessionMutation, sessionsQuery } from "./operations";

const SESSIONS = ["sessions"];

/** All devices that are signed in, each with a way to sign it out. */
export function SessionsSection() {
  const client = useQueryClient();
  const query = useQuery({ queryKey: SESSIONS, queryFn: () => api(sessionsQuery, {}), staleTime: 0 });
  const refetch = () => client.invalidateQueries({ queryKey: SESSIONS });
  const revoke = useMutation({ mutationFn: (id: string) => api(revokeSessionMutation, { id }), onSettled: refetch });
  const revokeOthers = useMutation({ mutationFn: () => api(revokeOtherSessionsMutation, {}), onSettled: refetch });
  const sessions = query.data?.sessions ?? [];
  const problem = query.error ?? revoke.error ?? revokeOthers.error;
  return (
    <section className="card" aria-labelledby="sessions">
      <h2 id="sessions">Where you are signed in</h2>
      {problem && <Notice tone="bad">{explain(problem)}</Notice>}
      {query.isPending && <p role="status">Loading…</p>}
      <ul className="sessions">
        {sessions.map((entry) => (
          <SessionRow key={entry.id} entry={entry} isPending={revoke.isPending && revoke.variables === entry.id} onRevoke={() => revoke.mutate(entry.id)} />
        ))}
      </ul>
      {sessions.length > 1 && (
        <Button isPending={revokeOthers.isPending} onPress={() => revokeOthers.mutate()}>
          Sign out everywhere else
        </Button>
      )}
    </section>
  );
}

interface SessionRowProps {
  entry: SessionsQuery["sessions"][number];
  isPending: boolean;
  onRevoke: () => void;
}

function SessionRow({ entry, isPending, onRevoke }: SessionRowProps) {
  const device = deviceOf(entry.userAgent);
  return (
    <li className="session">
      <div>
        <p className="session-device">
          {device} {entry.current && <span className="badge">This device</span>}
        </p>
        <p className="hint">
          Signed in {sayDate(entry.createdAt)} · last used {sayDate(entry.lastUsedAt)}
        </p>
      </div>
      {!entry.current && (
        <Button isPending={isPending} aria-label={`Sign out ${device}`} onPress={onRevoke}>
          Sign out
        </Button>
      )}
    </li>
  );
}
