import { useCallback, useEffect, useState } from "react";
import { explain, SessionOver } from "../api/errors";
import type { SessionsQuery } from "../gql/graphql";
import { api } from "../session/api";
import { sayDate } from "../tasks/dates";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import { deviceOf } from "./device";
import { revokeOtherSessionsMutation, revokeSessionMutation, sessionsQuery } from "./operations";

type Sessions = SessionsQuery["sessions"];

/** All devices that are signed in, each with a way to sign it out. */
export function SessionsSection() {
  const { sessions, problem, pending, revoke, revokeOthers } = useSessions();
  return (
    <section className="card" aria-labelledby="sessions">
      <h2 id="sessions">Where you are signed in</h2>
      {problem !== undefined && <Notice tone="bad">{explain(problem)}</Notice>}
      {!sessions && problem === undefined && <p role="status">Loading…</p>}
      <ul className="sessions">
        {sessions?.map((entry) => (
          <SessionRow key={entry.id} entry={entry} isPending={pending === entry.id} onRevoke={() => void revoke(entry.id)} />
        ))}
      </ul>
      {sessions && sessions.length > 1 && (
        <Button isPending={pending === "others"} onClick={() => void revokeOthers()}>
          Sign out everywhere else
        </Button>
      )}
    </section>
  );
}

/** The sessions as the service knows them, asked for again after each change. `pending` is the one that is being ended. */
function useSessions() {
  const [sessions, setSessions] = useState<Sessions>();
  const [problem, setProblem] = useState<unknown>();
  const [pending, setPending] = useState<string>();

  const load = useCallback(async (change?: () => Promise<unknown>) => {
    try {
      await change?.();
      setSessions((await api(sessionsQuery, {})).sessions);
      setProblem(undefined);
    } catch (error) {
      if (!(error instanceof SessionOver)) setProblem(error);
    }
  }, []);
  useEffect(() => void load(), [load]);

  const end = async (which: string, change: () => Promise<unknown>) => {
    setPending(which);
    await load(change);
    setPending(undefined);
  };
  return {
    sessions,
    problem,
    pending,
    revoke: (id: string) => end(id, () => api(revokeSessionMutation, { id })),
    revokeOthers: () => end("others", () => api(revokeOtherSessionsMutation, {})),
  };
}

interface SessionRowProps {
  entry: Sessions[number];
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
        <Button isPending={isPending} aria-label={`Sign out ${device}`} onClick={onRevoke}>
          Sign out
        </Button>
      )}
    </li>
  );
}
