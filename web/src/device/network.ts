// The service, as a replica asks it: GraphQL over HTTP, and what happens over a WebSocket.
import { createClient } from "graphql-ws";
import { type ErrorExtensions, explain, NoAnswer, Refusal, SessionOver } from "../api/errors";
import type { TaskEventsSubscription, TaskPartsFragment } from "../gql/graphql";
import type { Change, Task } from "../replica/model";
import { type Changes, Failure, type Listener, type Network } from "../replica/ports";
import { api } from "../session/api";
import { session } from "../session/session";
import * as ask from "./operations";

/** The service's close code for a token that expired or a session that ended. */
const FORBIDDEN = 4403;
/** A connection over which nothing came for so long is asked whether it is still there. */
const QUIET_MS = 12_000;
/** And given up without an answer after so long. */
const PATIENCE_MS = 6_000;

export const network: Network = {
  send: (change, version) => trying(() => carryOut(change, version)),
  task: (id) => trying(() => fetchTask(id)),
  changes: (after) => trying(() => changesAfter(after)),
  listen,
};

async function carryOut(change: Change, version: number | null): Promise<Task | null> {
  const { id } = change;
  switch (change.kind) {
    case "create": {
      const { title, description } = change;
      return taskOf((await api(ask.createTaskMutation, { input: { id, title, description } })).createTask.task);
    }
    case "edit": {
      const { title, description } = change;
      return taskOf((await api(ask.updateTaskMutation, { input: { id, title, description, expectedVersion: version } })).updateTask.task);
    }
    case "complete":
      return taskOf((await api(ask.setTaskCompletedMutation, { id, completed: change.completed })).setTaskCompleted.task);
    case "delete":
      await api(ask.deleteTaskMutation, { id });
      return null;
    case "restore":
      return taskOf((await api(ask.restoreTasksMutation, { ids: [id] })).restoreTasks.tasks[0]);
  }
}

async function fetchTask(id: string): Promise<Task | null> {
  try {
    return taskOf((await api(ask.taskQuery, { id })).task);
  } catch (error) {
    if (error instanceof Refusal && error.is("NOT_FOUND")) return null;
    throw error;
  }
}

async function changesAfter(after: string | null): Promise<Changes> {
  try {
    const { changes, cursor, hasMore } = (await api(ask.taskChangesQuery, { after })).taskChanges;
    return { words: changes.map(({ taskId, task }) => ({ id: taskId, task: taskOf(task) })), cursor, hasMore };
  } catch (error) {
    // A point of another service, or of a database that is no more.
    if (error instanceof Refusal && error.is("VALIDATION")) throw new Failure("expired", error.message);
    throw error;
  }
}

/** Only what a replica keeps. */
function taskOf(parts: TaskPartsFragment | null | undefined): Task | null {
  if (!parts) return null;
  const { id, title, description, completed, createdAt, updatedAt, completedAt = null, version } = parts;
  return { id, title, description, completed, createdAt, updatedAt, completedAt, version };
}

async function trying<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failureOf(error);
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof SessionOver) return new Failure("signedOut", error.message);
  if (error instanceof NoAnswer) return new Failure("away", error.message);
  return error instanceof Refusal ? refused(error.extensions, explain(error)) : new Failure("fault", explain(error));
}

function refused({ code, reason, retryAfter }: ErrorExtensions, message: string): Failure {
  switch (code) {
    case "UNAVAILABLE":
    case "RATE_LIMITED":
      return new Failure("away", message, retryAfter === undefined ? undefined : retryAfter * 1000);
    case "NOT_FOUND":
      return new Failure("gone", message);
    case "CONFLICT":
      if (reason === "VERSION_MISMATCH") return new Failure("version", message);
      if (reason === "TASK_DELETED") return new Failure("gone", message);
      return new Failure(reason === "CURSOR_EXPIRED" ? "expired" : "refused", message);
    case "VALIDATION":
    case "FORBIDDEN":
      return new Failure("refused", message);
    case "BAD_REQUEST":
    case "GRAPHQL_PARSE_FAILED":
    case "GRAPHQL_VALIDATION_FAILED":
    case "QUERY_TOO_COMPLEX":
      return new Failure("misfit", message);
    default:
      return new Failure("fault", message);
  }
}

function listen(after: string, listener: Listener): () => void {
  let over = false;
  let close = () => {};
  const end = (failure: Failure) => {
    if (over) return;
    over = true;
    close();
    listener.end(failure);
  };
  session.accessToken().then(
    (token) => {
      if (!over) close = connect(token, after, { ...listener, end });
    },
    (error: unknown) => end(failureOf(error)),
  );
  return () => {
    over = true;
    close();
  };
}

/** One connection, which is not made again by itself: the replica first has to catch up. */
function connect(token: string, after: string, listener: Listener): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql/ws`,
    connectionParams: { Authorization: `Bearer ${token}` },
    retryAttempts: 0,
    keepAlive: QUIET_MS,
    on: {
      connected: () => listener.open(),
      ping: (received) => {
        if (!received) waiting = setTimeout(() => client.terminate(), PATIENCE_MS);
      },
      pong: () => clearTimeout(waiting),
      closed: () => clearTimeout(waiting),
    },
  });
  client.subscribe<TaskEventsSubscription>(
    { query: ask.taskEventsSubscription.toString(), variables: { after } },
    {
      next: ({ data }) => {
        if (data) listener.word({ id: data.taskEvents.taskId, task: taskOf(data.taskEvents.task) }, data.taskEvents.cursor);
      },
      error: (error) => void whyItEnded(error, token).then(listener.end),
      complete: () => listener.end(new Failure("away", "The connection was closed.")),
    },
  );
  // It waits for a connection that is being made. Nothing is left to close if that fails.
  return () => void Promise.resolve(client.dispose()).catch(() => undefined);
}

async function whyItEnded(error: unknown, token: string): Promise<Failure> {
  if (Array.isArray(error)) {
    const [first] = error as { message: string; extensions?: ErrorExtensions }[];
    return first?.extensions ? refused(first.extensions, first.message) : new Failure("fault", "");
  }
  if (error instanceof CloseEvent && error.code === FORBIDDEN) {
    try {
      await session.renewed(token);
      return new Failure("renewed", "The token had expired.");
    } catch (refusal) {
      return failureOf(refusal);
    }
  }
  return new Failure("away", "The connection was lost.");
}
