/* eslint-disable */
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type MakeOptional<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]?: Maybe<T[SubKey]> };
export type MakeMaybe<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]: Maybe<T[SubKey]> };
export type MakeEmpty<T extends { [key: string]: unknown }, K extends keyof T> = { [_ in K]?: never };
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A calendar day without time or zone, such as `2026-01-31`. */
  Date: { input: string; output: string; }
  /**
   * A point in time in UTC with milliseconds, such as `2026-01-31T09:30:00.000Z`. In
   * inputs any RFC 3339 offset and up to nine fractional digits are accepted.
   */
  DateTime: { input: string; output: string; }
};

/** A signed-in session. */
export type AuthPayload = {
  __typename?: 'AuthPayload';
  /** Send it with every request as `Authorization: Bearer <accessToken>`. */
  accessToken: Scalars['String']['output'];
  /** Seconds from now until the access token expires. */
  expiresIn: Scalars['Int']['output'];
  /**
   * Exchange it with `refreshToken` for a new pair. Keep it secret. Null if it was set as a
   * cookie.
   */
  refreshToken?: Maybe<Scalars['String']['output']>;
  /** The user who is now signed in. */
  user: User;
};

/** Input of `changePassword`. */
export type ChangePasswordInput = {
  /** The password as it is. */
  currentPassword: Scalars['String']['input'];
  /** How to hand over the new refresh token. */
  delivery?: InputMaybe<TokenDelivery>;
  /** The new one: 8 to 128 characters. */
  newPassword: Scalars['String']['input'];
};

/** Something of a task that can be taken away. */
export type ClearableTaskField =
  /** The day it is due. */
  | 'DUE_ON';

/** Input of `createTask`. */
export type CreateTaskInput = {
  /** Up to 2000 characters. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** The day the task is due. */
  dueOn?: InputMaybe<Scalars['Date']['input']>;
  /**
   * An ID of your own making: `task_` and a UUID (version 4 or 7) as 32 lower-case hex digits.
   * Repeating the request with the same ID returns the task it made, as it is now, and makes no
   * second one. Without it, the service makes an ID.
   */
  id?: InputMaybe<Scalars['ID']['input']>;
  /** How urgent it is. */
  priority?: InputMaybe<TaskPriority>;
  /** Its labels. Case is kept, but does not tell two labels apart. */
  tags?: InputMaybe<Array<Scalars['String']['input']>>;
  /** 1 to 200 characters. Surrounding white space is dropped. */
  title: Scalars['String']['input'];
};

/** Result of `createTask`. */
export type CreateTaskPayload = {
  __typename?: 'CreateTaskPayload';
  /** The new task. */
  task: Task;
};

/** Input of `createTasks`. */
export type CreateTasksInput = {
  /** 1 to 100 tasks. Their order is that of the list, the first one first. */
  tasks: Array<CreateTaskInput>;
};

/** Result of `createTasks`. */
export type CreateTasksPayload = {
  __typename?: 'CreateTasksPayload';
  /** The new tasks, in the order of the input. */
  tasks: Array<Task>;
};

/** A range of days. Leave out an end to leave it open. */
export type DateRange = {
  /** The first day that counts. */
  from?: InputMaybe<Scalars['Date']['input']>;
  /** The last day that counts. */
  to?: InputMaybe<Scalars['Date']['input']>;
};

/** Input of `deleteAccount`. */
export type DeleteAccountInput = {
  /** Your password, to make sure it is you. */
  password: Scalars['String']['input'];
};

/** Result of `deleteAccount`. */
export type DeleteAccountPayload = {
  __typename?: 'DeleteAccountPayload';
  /** The ID of the account that is gone. */
  deletedUserId: Scalars['ID']['output'];
};

/** Input of `deleteTask`. */
export type DeleteTaskInput = {
  /** The task to delete. */
  id: Scalars['ID']['input'];
};

/** Result of `deleteTask`. */
export type DeleteTaskPayload = {
  __typename?: 'DeleteTaskPayload';
  /** The ID of the task that is gone, for removing it from a cache. */
  deletedTaskId: Scalars['ID']['output'];
};

/** Input of `deleteTasks`. */
export type DeleteTasksInput = {
  /** 1 to 100 tasks to delete. */
  ids: Array<Scalars['ID']['input']>;
};

/** Result of `deleteTasks`. */
export type DeleteTasksPayload = {
  __typename?: 'DeleteTasksPayload';
  /** The IDs of the tasks that are gone, in the order of the input. */
  deletedTaskIds: Array<Scalars['ID']['output']>;
};

/**
 * What went wrong, as `errors[].extensions.code`. New codes may be added: treat one
 * you do not know like `INTERNAL`.
 */
export type ErrorCode =
  /** The HTTP request is not a well-formed GraphQL request. */
  | 'BAD_REQUEST'
  /** The change contradicts what is stored. */
  | 'CONFLICT'
  /** You are signed in, but may not do this. */
  | 'FORBIDDEN'
  /** The GraphQL document has a syntax error. */
  | 'GRAPHQL_PARSE_FAILED'
  /** The GraphQL document, the operation name or the variables do not fit the schema. */
  | 'GRAPHQL_VALIDATION_FAILED'
  /** Our fault. `extensions.requestId` helps us find out more. */
  | 'INTERNAL'
  /** There is no such object, or it is not yours. */
  | 'NOT_FOUND'
  /** The operation asks for too much at once. */
  | 'QUERY_TOO_COMPLEX'
  /** Too many requests. Try again after `extensions.retryAfter` seconds. */
  | 'RATE_LIMITED'
  /** There is no valid access token, or signing in failed; `reason` says which. */
  | 'UNAUTHENTICATED'
  /**
   * The service cannot answer right now; `reason` says whether a change may have been made. Try
   * again after `extensions.retryAfter` seconds.
   */
  | 'UNAVAILABLE'
  /**
   * The input breaks a rule. `extensions.issues` lists every broken rule with `path`,
   * `reason` and `message`.
   */
  | 'VALIDATION';

/**
 * Why it went wrong, as `errors[].extensions.reason` or as `reason` of an issue. New
 * reasons may be added.
 */
export type ErrorReason =
  /** A required text is empty. */
  | 'BLANK'
  /** Two arguments exclude each other. */
  | 'CONTRADICTORY'
  /** Address and password do not belong together. */
  | 'CREDENTIALS_WRONG'
  /**
   * The point is older than what is remembered of deleted tasks: begin without `after`, and
   * drop what does not come.
   */
  | 'CURSOR_EXPIRED'
  /** The address already has an account. */
  | 'EMAIL_TAKEN'
  /** A text does not have the required form, such as an address, an ID or a cursor. */
  | 'MALFORMED'
  /** A number is outside the allowed range. */
  | 'OUT_OF_RANGE'
  /** The service was too busy. Nothing was done. */
  | 'OVERLOADED'
  /** You deleted the task with this ID; it is not made again. `restoreTasks` brings it back. */
  | 'TASK_DELETED'
  /** It took too long. The change may or may not have been made. */
  | 'TIMED_OUT'
  /** The token was valid once. Refresh it and try again. */
  | 'TOKEN_EXPIRED'
  /** The token is malformed, revoked, or not meant for this service. */
  | 'TOKEN_INVALID'
  /** No access token was sent. */
  | 'TOKEN_MISSING'
  /** A password that everybody tries first. */
  | 'TOO_COMMON'
  /** A text or list is longer than allowed. */
  | 'TOO_LONG'
  /** A text is shorter than allowed. */
  | 'TOO_SHORT'
  /** The task was changed in the meantime. Fetch it and decide anew. */
  | 'VERSION_MISMATCH';

/** Input of `login`. */
export type LoginInput = {
  /** How to hand over the refresh token. */
  delivery?: InputMaybe<TokenDelivery>;
  /** The address the account was registered with. */
  email: Scalars['String']['input'];
  /** The account's password. */
  password: Scalars['String']['input'];
};

/** Result of `logout`. */
export type LogoutPayload = {
  __typename?: 'LogoutPayload';
  /** Always true: a session that had already ended counts as ended. */
  success: Scalars['Boolean']['output'];
};

/** Input of `moveTask`. */
export type MoveTaskInput = {
  /** The task it shall come right after. Without it, the task comes first. */
  after?: InputMaybe<Scalars['ID']['input']>;
  /** The task to move. */
  id: Scalars['ID']['input'];
};

/** Result of `moveTask`. */
export type MoveTaskPayload = {
  __typename?: 'MoveTaskPayload';
  /** The task as it is now. */
  task: Task;
};

/** Writes. Each takes one `input` and returns what it changed. */
export type Mutation = {
  __typename?: 'Mutation';
  /**
   * Change your password. Ends all other sessions and returns new tokens for this one. Asking
   * again with the same passwords gives the same answer for 30 seconds, so that a lost response
   * signs nobody out.
   */
  changePassword: AuthPayload;
  /** Create a task. */
  createTask: CreateTaskPayload;
  /**
   * Create many tasks: all of them or, if one is not right, none. As safe to repeat as
   * `createTask` if all have IDs of your own making.
   */
  createTasks: CreateTasksPayload;
  /** Delete your account and everything in it, for good. */
  deleteAccount: DeleteAccountPayload;
  /** Delete a task. For 30 days, `restoreTasks` brings it back. */
  deleteTask: DeleteTaskPayload;
  /** Delete many tasks: all of them or none. For 30 days, `restoreTasks` brings them back. */
  deleteTasks: DeleteTasksPayload;
  /** Sign in with address and password. */
  login: AuthPayload;
  /**
   * End the session the access token belongs to. Its refresh token stops working at once, its
   * access tokens within seconds, and its live connections are closed. Asking again does no harm.
   * Where the refresh token is in a cookie, that will do instead of a valid access token.
   */
  logout: LogoutPayload;
  /** Put a task somewhere else in the MANUAL order. Doing so twice does no harm. */
  moveTask: MoveTaskPayload;
  /**
   * Get a new access token and a new refresh token. Asking again with the same token gives the
   * same answer for 30 seconds, so that a lost response or a second tab signs nobody out. After
   * that, a used token ends its session, because it may have been stolen.
   */
  refreshToken: AuthPayload;
  /** Create an account and sign in. `CONFLICT` if the address is taken. */
  register: AuthPayload;
  /**
   * Bring deleted tasks back as they were, with their IDs: all of them or none. One that is
   * there already counts as brought back.
   */
  restoreTasks: RestoreTasksPayload;
  /** Sign out everywhere but here. */
  revokeOtherSessions: RevokeOtherSessionsPayload;
  /** Sign out on another device. */
  revokeSession: RevokeSessionPayload;
  /** Complete or reopen a task. Doing so twice does no harm, so it is safe to retry. */
  setTaskCompleted: SetTaskCompletedPayload;
  /**
   * Complete an open task, or reopen a completed one. A retry would undo it: prefer
   * `setTaskCompleted` where requests can be repeated.
   */
  toggleTask: ToggleTaskPayload;
  /** Change a task: its title, its description, its day, its priority or its labels. */
  updateTask: UpdateTaskPayload;
  /** Change many tasks in the same way: all of them or none. */
  updateTasks: UpdateTasksPayload;
};


/** Writes. Each takes one `input` and returns what it changed. */
export type MutationChangePasswordArgs = {
  input: ChangePasswordInput;
};


/** Writes. Each takes one `input` and returns what it changed. */
export type MutationCreateTaskArgs = {
  input: CreateTaskInput;
};


/** Writes. Each takes one `input` and returns what it changed. */
export type MutationCreateTasksArgs = {
  input: CreateTasksInput;
};


/** Writes. Each takes one `input` and returns what it changed. */
export type MutationDeleteAccountArgs = {
  input: DeleteAccountInput;
};


/** Writes. Each takes one `input` and returns what it changed. */
export type MutationDeleteTaskArgs = {
  input: DeleteTaskInput;
};


/** Writes. Each takes one `input` and returns what it changed. */
export type MutationDeleteTasksArgs = {
  input: DeleteTasksInput;
};


/** Writes. Each takes one `input` and returns what it changed. */
export type MutationLoginArgs = {
  input: LoginInput;
};


/** Writes. Each takes one `input` and returns what it changed. */
export type MutationMoveTaskArgs = {
  input: MoveTaskInput;
};


/** Writes. Each takes one `input` and returns what it changed. */
export type MutationRefreshTokenArgs = {
  input: RefreshTokenInput;
};


/** Writes. Each takes one `input` and returns what it changed. */
export type MutationRegisterArgs = {
  input: RegisterInput;
};


/** Writes. Each takes one `input` and returns what it changed. */
export type MutationRestoreTasksArgs = {
  input: RestoreTasksInput;
};


/** Writes. Each takes one `input` and returns what it changed. */
export type MutationRevokeSessionArgs = {
  input: RevokeSessionInput;
};


/** Writes. Each takes one `input` and returns what it changed. */
export type MutationSetTaskCompletedArgs = {
  input: SetTaskCompletedInput;
};


/** Writes. Each takes one `input` and returns what it changed. */
export type MutationToggleTaskArgs = {
  input: ToggleTaskInput;
};


/** Writes. Each takes one `input` and returns what it changed. */
export type MutationUpdateTaskArgs = {
  input: UpdateTaskInput;
};


/** Writes. Each takes one `input` and returns what it changed. */
export type MutationUpdateTasksArgs = {
  input: UpdateTasksInput;
};

/** An object that can be fetched again by its ID. */
export type Node = {
  /** Globally unique and opaque. Safe to put in a URL. */
  id: Scalars['ID']['output'];
};

/** Where a page lies in the whole list. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** The cursor of the last item, or null if the page is empty. */
  endCursor?: Maybe<Scalars['String']['output']>;
  /** Whether there are more items after this page. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Whether there are items before this page. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** The cursor of the first item, or null if the page is empty. */
  startCursor?: Maybe<Scalars['String']['output']>;
};

/** Reads. Everything is seen through the eyes of the signed-in user. */
export type Query = {
  __typename?: 'Query';
  /** The signed-in user. */
  me: User;
  /** Any object of yours by its ID, or null if there is none. */
  node?: Maybe<Node>;
  /** How this service is set up, for building forms that match its rules. */
  server: ServerInfo;
  /** Where you are signed in, the most recently used first. */
  sessions: Array<Session>;
  /** Your labels, in the order of the alphabet. */
  tags: Array<TagUsage>;
  /**
   * One of your tasks. Null, with a `NOT_FOUND` error, if you have no task with this
   * ID; whether somebody else has one is not revealed.
   */
  task?: Maybe<Task>;
  /**
   * What changed in your tasks after a point, the earliest change first: the way to keep a
   * copy. A task that changed several times comes once, as it is now; one that was deleted comes
   * without `task`. Without `after`: everything you have. `CONFLICT` / `CURSOR_EXPIRED` if the point
   * is older than what is remembered of deleted tasks: begin without `after`, and drop what does not
   * come.
   */
  taskChanges: TaskChanges;
  /** Your tasks, a page at a time. Without `first` and `last` the page has 20 items. */
  tasks: TaskConnection;
};


/** Reads. Everything is seen through the eyes of the signed-in user. */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/** Reads. Everything is seen through the eyes of the signed-in user. */
export type QueryTaskArgs = {
  id: Scalars['ID']['input'];
};


/** Reads. Everything is seen through the eyes of the signed-in user. */
export type QueryTaskChangesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** Reads. Everything is seen through the eyes of the signed-in user. */
export type QueryTasksArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<TaskFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<TaskOrder>;
};

/** Input of `refreshToken`. */
export type RefreshTokenInput = {
  /** The newest refresh token you were given. Leave it out to use the cookie. */
  refreshToken?: InputMaybe<Scalars['String']['input']>;
};

/** Input of `register`. */
export type RegisterInput = {
  /** How to hand over the refresh token. */
  delivery?: InputMaybe<TokenDelivery>;
  /** The address to sign in with. Case does not matter. */
  email: Scalars['String']['input'];
  /** 8 to 128 characters. Anything goes, except passwords everybody knows. */
  password: Scalars['String']['input'];
};

/** Input of `restoreTasks`. */
export type RestoreTasksInput = {
  /** 1 to 100 tasks that were deleted within the last 30 days. */
  ids: Array<Scalars['ID']['input']>;
};

/** Result of `restoreTasks`. */
export type RestoreTasksPayload = {
  __typename?: 'RestoreTasksPayload';
  /** The tasks as they are now, in the order of the input. */
  tasks: Array<Task>;
};

/** Result of `revokeOtherSessions`. */
export type RevokeOtherSessionsPayload = {
  __typename?: 'RevokeOtherSessionsPayload';
  /** The IDs of the sessions that ended. */
  revokedSessionIds: Array<Scalars['ID']['output']>;
};

/** Input of `revokeSession`. */
export type RevokeSessionInput = {
  /** The session to end. */
  id: Scalars['ID']['input'];
};

/** Result of `revokeSession`. */
export type RevokeSessionPayload = {
  __typename?: 'RevokeSessionPayload';
  /** The ID of the session that ended. */
  revokedSessionId: Scalars['ID']['output'];
};

/** How this service is set up. */
export type ServerInfo = {
  __typename?: 'ServerInfo';
  /** The longest description in characters. */
  maxDescriptionLength: Scalars['Int']['output'];
  /** The most items a page can have. */
  maxPageSize: Scalars['Int']['output'];
  /** The longest label in characters. */
  maxTagLength: Scalars['Int']['output'];
  /** The most labels of a task. */
  maxTags: Scalars['Int']['output'];
  /** The longest title in characters. */
  maxTitleLength: Scalars['Int']['output'];
  /** The shortest password in characters. */
  minPasswordLength: Scalars['Int']['output'];
  /** Whether `login` works here, or users sign in elsewhere. */
  passwordLogin: Scalars['Boolean']['output'];
  /** Whether `register` is open. */
  registrationOpen: Scalars['Boolean']['output'];
  /** Where people sign in elsewhere: the address of a page, for a link. Null if that is here, or nobody said where it is. */
  signInUrl?: Maybe<Scalars['String']['output']>;
  /** The version that is running. */
  version: Scalars['String']['output'];
};

/** A device on which you are signed in. */
export type Session = Node & {
  __typename?: 'Session';
  /** When you signed in. */
  createdAt: Scalars['DateTime']['output'];
  /** Whether it is the session this request was made in. */
  current: Scalars['Boolean']['output'];
  /** When the session ends unless it is used. */
  expiresAt: Scalars['DateTime']['output'];
  /** The session's ID. */
  id: Scalars['ID']['output'];
  /** When the session was last used, give or take some minutes. */
  lastUsedAt: Scalars['DateTime']['output'];
  /** What the client called itself when it signed in. Empty if it did not say. */
  userAgent: Scalars['String']['output'];
};

/** Input of `setTaskCompleted`. */
export type SetTaskCompletedInput = {
  /** True to complete the task, false to reopen it. */
  completed: Scalars['Boolean']['input'];
  /** The task to complete or reopen. */
  id: Scalars['ID']['input'];
};

/** Result of `setTaskCompleted`. */
export type SetTaskCompletedPayload = {
  __typename?: 'SetTaskCompletedPayload';
  /** The task as it is now. */
  task: Task;
};

/** Live updates, over WebSocket (`graphql-transport-ws`) or server-sent events. */
export type Subscription = {
  __typename?: 'Subscription';
  /**
   * Every change to your tasks, from any device, in the order in which they were made. With
   * `after`: first what you missed, a task that changed several times once and as it is now; then
   * what happens. Nothing is lost in between. Without `after`: what happens from now on.
   * `CONFLICT` / `CURSOR_EXPIRED` as with `taskChanges`.
   */
  taskEvents: TaskEvent;
};


/** Live updates, over WebSocket (`graphql-transport-ws`) or server-sent events. */
export type SubscriptionTaskEventsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
};

/** A label and how often you use it. */
export type TagUsage = {
  __typename?: 'TagUsage';
  /** How many of your open tasks have it. */
  openTaskCount: Scalars['Int']['output'];
  /** The label. */
  tag: Scalars['String']['output'];
};

/**
 * Something to do. A task belongs to the user who created it, and nobody else can
 * see or change it.
 */
export type Task = Node & {
  __typename?: 'Task';
  /** Whether the task is done. */
  completed: Scalars['Boolean']['output'];
  /** When the task was completed, or null while it is open. */
  completedAt?: Maybe<Scalars['DateTime']['output']>;
  /** When the task was created. */
  createdAt: Scalars['DateTime']['output'];
  /** Details: up to 2000 characters. Empty when there are none. */
  description: Scalars['String']['output'];
  /** The day the task is due, or null. */
  dueOn?: Maybe<Scalars['Date']['output']>;
  /** The task's ID, such as `task_0197c0df1c3d7a42b6e5f4d3c2b1a098`. */
  id: Scalars['ID']['output'];
  /**
   * Where the task stands in that list of yours, or null if `filter` leaves it out. Texts of
   * one order compare, code unit by code unit, as the tasks do in the list, and each is a cursor of
   * the list: with it a cache puts a task in its place without knowing our rules.
   */
  place?: Maybe<Scalars['String']['output']>;
  /** How urgent it is. */
  priority: TaskPriority;
  /** Up to 10 labels of 1 to 32 characters, in the order of the alphabet. */
  tags: Array<Scalars['String']['output']>;
  /** What to do: 1 to 200 characters, without surrounding white space. */
  title: Scalars['String']['output'];
  /** When the task was last changed. Equals `createdAt` for a task never changed. */
  updatedAt: Scalars['DateTime']['output'];
  /** Starts at 1 and grows by one with every change. */
  version: Scalars['Int']['output'];
};


/**
 * Something to do. A task belongs to the user who created it, and nobody else can
 * see or change it.
 */
export type TaskPlaceArgs = {
  filter?: InputMaybe<TaskFilter>;
  orderBy?: InputMaybe<TaskOrder>;
};

/** A task that changed. */
export type TaskChange = {
  __typename?: 'TaskChange';
  /** The task as it is now. Null if it was deleted. */
  task?: Maybe<Task>;
  /** Which task. */
  taskId: Scalars['ID']['output'];
};

/** What changed in your tasks. */
export type TaskChanges = {
  __typename?: 'TaskChanges';
  /** The changes, each task once. */
  changes: Array<TaskChange>;
  /** Where this answer ends, also if nothing changed. Pass it as `after`, here or to `taskEvents`. */
  cursor: Scalars['String']['output'];
  /** Whether there is more already. */
  hasMore: Scalars['Boolean']['output'];
};

/** One page of tasks. */
export type TaskConnection = {
  __typename?: 'TaskConnection';
  /**
   * The moment this page shows. Pass it as `after` to `taskEvents` or `taskChanges` to learn
   * what happened since; of several pages, that of the first.
   */
  asOf: Scalars['String']['output'];
  /** The tasks on this page, each with its cursor. */
  edges: Array<TaskEdge>;
  /** The tasks on this page, for clients that need no cursors. */
  nodes: Array<Task>;
  /** Where this page lies in the whole list. */
  pageInfo: PageInfo;
  /**
   * How many tasks match the filter on all pages together. Counted only when asked
   * for.
   */
  totalCount: Scalars['Int']['output'];
};

/** A task and its place in a list. */
export type TaskEdge = {
  __typename?: 'TaskEdge';
  /** Pass it as `after` or `before` to continue from here. */
  cursor: Scalars['String']['output'];
  /** The task. */
  node: Task;
};

/** A change to one of your tasks. */
export type TaskEvent = {
  __typename?: 'TaskEvent';
  /**
   * The point right after this event. Keep the newest: with it, `taskEvents` goes on after an
   * interruption without losing anything.
   */
  cursor: Scalars['String']['output'];
  /**
   * What happened. A task that was made, or brought back, after the point you came with is
   * CREATED, also if it was changed since.
   */
  kind: TaskEventKind;
  /** When it happened. For a task that was brought back: when it was last changed before. */
  occurredAt: Scalars['DateTime']['output'];
  /** The task right after the change. Null if it was deleted. */
  task?: Maybe<Task>;
  /** The task it happened to. */
  taskId: Scalars['ID']['output'];
};

/** What happened to a task. */
export type TaskEventKind =
  /** It was created. */
  | 'CREATED'
  /** It was deleted. */
  | 'DELETED'
  /** It was changed, completed or reopened. */
  | 'UPDATED';

/** Which tasks to list. All conditions must hold; an empty filter matches every task. */
export type TaskFilter = {
  /** Only completed tasks, or only open ones. */
  completed?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only tasks due within these days. */
  dueOn?: InputMaybe<DateRange>;
  /** Only tasks with, or only tasks without, a day they are due. */
  hasDueDay?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only tasks with one of these priorities. An empty list matches no task. */
  priorities?: InputMaybe<Array<TaskPriority>>;
  /**
   * Only tasks in which every one of these words occurs, in the title or in the
   * description, regardless of case. Up to 100 characters.
   */
  search?: InputMaybe<Scalars['String']['input']>;
  /** Only tasks that have all of these labels. Case does not matter. */
  tags?: InputMaybe<Array<Scalars['String']['input']>>;
};

/** In what order to list tasks. Ties are broken by ID, so the order is always total. */
export type TaskOrder =
  /**
   * Open tasks before completed ones; among them the soonest due first, those without a day
   * last.
   */
  | 'DUE_FIRST'
  /** As you arranged them with `moveTask`; new tasks come first. */
  | 'MANUAL'
  /** The most recently created first. */
  | 'NEWEST'
  /** The longest existing first. */
  | 'OLDEST'
  /** Open tasks before completed ones, each group with the newest first. */
  | 'OPEN_FIRST'
  /** Open tasks before completed ones; among them the most urgent first, then the newest. */
  | 'PRIORITY_FIRST'
  /** The most recently changed first. */
  | 'RECENTLY_UPDATED';

/** How urgent a task is. */
export type TaskPriority =
  /** Before the others. */
  | 'HIGH'
  /** Can wait. */
  | 'LOW'
  /** The default. */
  | 'NORMAL'
  /** Now. */
  | 'URGENT';

/** Input of `toggleTask`. */
export type ToggleTaskInput = {
  /** The task to toggle. */
  id: Scalars['ID']['input'];
};

/** Result of `toggleTask`. */
export type ToggleTaskPayload = {
  __typename?: 'ToggleTaskPayload';
  /** The task as it is now. */
  task: Task;
};

/** How a client wants to be given its refresh token. */
export type TokenDelivery =
  /** In the response body, for apps, scripts and servers. */
  | 'BODY'
  /**
   * As an HttpOnly, SameSite=Strict cookie that scripts cannot read, for browser clients on the
   * service's own origin.
   */
  | 'COOKIE';

/** Input of `updateTask`. Fields that are left out or null stay as they are. */
export type UpdateTaskInput = {
  /** What to take away. */
  clear?: InputMaybe<Array<ClearableTaskField>>;
  /** The new description: up to 2000 characters. An empty string removes it. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** The new day it is due. To take it away, name `DUE_ON` in `clear`. */
  dueOn?: InputMaybe<Scalars['Date']['input']>;
  /**
   * Only change the task if this is still its version; otherwise `CONFLICT`. Without it, the
   * last writer wins.
   */
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  /** The task to change. */
  id: Scalars['ID']['input'];
  /** How urgent it is now. */
  priority?: InputMaybe<TaskPriority>;
  /** All its labels from now on. An empty list takes them all away. */
  tags?: InputMaybe<Array<Scalars['String']['input']>>;
  /** The new title: 1 to 200 characters. */
  title?: InputMaybe<Scalars['String']['input']>;
};

/** Result of `updateTask`. */
export type UpdateTaskPayload = {
  __typename?: 'UpdateTaskPayload';
  /** The task as it is now. */
  task: Task;
};

/** Input of `updateTasks`. Fields that are left out or null stay as they are. */
export type UpdateTasksInput = {
  /** Labels to add. */
  addTags?: InputMaybe<Array<Scalars['String']['input']>>;
  /** What to take away. */
  clear?: InputMaybe<Array<ClearableTaskField>>;
  /** True to complete them, false to reopen them. */
  completed?: InputMaybe<Scalars['Boolean']['input']>;
  /** The new day they are due. */
  dueOn?: InputMaybe<Scalars['Date']['input']>;
  /** 1 to 100 tasks to change. */
  ids: Array<Scalars['ID']['input']>;
  /** How urgent they are now. */
  priority?: InputMaybe<TaskPriority>;
  /** Labels to take away. */
  removeTags?: InputMaybe<Array<Scalars['String']['input']>>;
};

/** Result of `updateTasks`. */
export type UpdateTasksPayload = {
  __typename?: 'UpdateTasksPayload';
  /** The tasks as they are now, in the order of the input. */
  tasks: Array<Task>;
};

/** A person with an account. */
export type User = Node & {
  __typename?: 'User';
  /** When the account was created. */
  createdAt: Scalars['DateTime']['output'];
  /** The address the user signs in with, in lower case. Only the user sees it. */
  email: Scalars['String']['output'];
  /** The user's ID, such as `user_0197c0de5b2a7c1e8f3a4b5c6d7e8f90`. */
  id: Scalars['ID']['output'];
};

export type SessionsQueryVariables = Exact<{ [key: string]: never; }>;


export type SessionsQuery = { __typename?: 'Query', sessions: Array<{ __typename?: 'Session', id: string, current: boolean, userAgent: string, createdAt: string, lastUsedAt: string }> };

export type RevokeSessionMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type RevokeSessionMutation = { __typename?: 'Mutation', revokeSession: { __typename?: 'RevokeSessionPayload', revokedSessionId: string } };

export type RevokeOtherSessionsMutationVariables = Exact<{ [key: string]: never; }>;


export type RevokeOtherSessionsMutation = { __typename?: 'Mutation', revokeOtherSessions: { __typename?: 'RevokeOtherSessionsPayload', revokedSessionIds: Array<string> } };

export type ChangePasswordMutationVariables = Exact<{
  currentPassword: Scalars['String']['input'];
  newPassword: Scalars['String']['input'];
}>;


export type ChangePasswordMutation = { __typename?: 'Mutation', changePassword: { __typename?: 'AuthPayload', accessToken: string, expiresIn: number, user: { __typename?: 'User', id: string, email: string, createdAt: string } } };

export type DeleteAccountMutationVariables = Exact<{
  password: Scalars['String']['input'];
}>;


export type DeleteAccountMutation = { __typename?: 'Mutation', deleteAccount: { __typename?: 'DeleteAccountPayload', deletedUserId: string } };

export type TaskPartsFragment = { __typename?: 'Task', id: string, title: string, description: string, completed: boolean, createdAt: string, updatedAt: string, completedAt?: string | null, version: number };

export type TaskChangesQueryVariables = Exact<{
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type TaskChangesQuery = { __typename?: 'Query', taskChanges: { __typename?: 'TaskChanges', cursor: string, hasMore: boolean, changes: Array<{ __typename?: 'TaskChange', taskId: string, task?: { __typename?: 'Task', id: string, title: string, description: string, completed: boolean, createdAt: string, updatedAt: string, completedAt?: string | null, version: number } | null }> } };

export type OneTaskQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type OneTaskQuery = { __typename?: 'Query', task?: { __typename?: 'Task', id: string, title: string, description: string, completed: boolean, createdAt: string, updatedAt: string, completedAt?: string | null, version: number } | null };

export type CreateTaskMutationVariables = Exact<{
  input: CreateTaskInput;
}>;


export type CreateTaskMutation = { __typename?: 'Mutation', createTask: { __typename?: 'CreateTaskPayload', task: { __typename?: 'Task', id: string, title: string, description: string, completed: boolean, createdAt: string, updatedAt: string, completedAt?: string | null, version: number } } };

export type UpdateTaskMutationVariables = Exact<{
  input: UpdateTaskInput;
}>;


export type UpdateTaskMutation = { __typename?: 'Mutation', updateTask: { __typename?: 'UpdateTaskPayload', task: { __typename?: 'Task', id: string, title: string, description: string, completed: boolean, createdAt: string, updatedAt: string, completedAt?: string | null, version: number } } };

export type SetTaskCompletedMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  completed: Scalars['Boolean']['input'];
}>;


export type SetTaskCompletedMutation = { __typename?: 'Mutation', setTaskCompleted: { __typename?: 'SetTaskCompletedPayload', task: { __typename?: 'Task', id: string, title: string, description: string, completed: boolean, createdAt: string, updatedAt: string, completedAt?: string | null, version: number } } };

export type DeleteTaskMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type DeleteTaskMutation = { __typename?: 'Mutation', deleteTask: { __typename?: 'DeleteTaskPayload', deletedTaskId: string } };

export type RestoreTasksMutationVariables = Exact<{
  ids: Array<Scalars['ID']['input']> | Scalars['ID']['input'];
}>;


export type RestoreTasksMutation = { __typename?: 'Mutation', restoreTasks: { __typename?: 'RestoreTasksPayload', tasks: Array<{ __typename?: 'Task', id: string, title: string, description: string, completed: boolean, createdAt: string, updatedAt: string, completedAt?: string | null, version: number }> } };

export type TaskEventsSubscriptionVariables = Exact<{
  after: Scalars['String']['input'];
}>;


export type TaskEventsSubscription = { __typename?: 'Subscription', taskEvents: { __typename?: 'TaskEvent', taskId: string, cursor: string, task?: { __typename?: 'Task', id: string, title: string, description: string, completed: boolean, createdAt: string, updatedAt: string, completedAt?: string | null, version: number } | null } };

export type SessionUserFragment = { __typename?: 'User', id: string, email: string, createdAt: string };

export type SignInMutationVariables = Exact<{
  email: Scalars['String']['input'];
  password: Scalars['String']['input'];
}>;


export type SignInMutation = { __typename?: 'Mutation', login: { __typename?: 'AuthPayload', accessToken: string, expiresIn: number, user: { __typename?: 'User', id: string, email: string, createdAt: string } } };

export type SignUpMutationVariables = Exact<{
  email: Scalars['String']['input'];
  password: Scalars['String']['input'];
}>;


export type SignUpMutation = { __typename?: 'Mutation', register: { __typename?: 'AuthPayload', accessToken: string, expiresIn: number, user: { __typename?: 'User', id: string, email: string, createdAt: string } } };

export type RenewMutationVariables = Exact<{ [key: string]: never; }>;


export type RenewMutation = { __typename?: 'Mutation', refreshToken: { __typename?: 'AuthPayload', accessToken: string, expiresIn: number, user: { __typename?: 'User', id: string, email: string, createdAt: string } } };

export type SignOutMutationVariables = Exact<{ [key: string]: never; }>;


export type SignOutMutation = { __typename?: 'Mutation', logout: { __typename?: 'LogoutPayload', success: boolean } };

export type ServerInfoQueryVariables = Exact<{ [key: string]: never; }>;


export type ServerInfoQuery = { __typename?: 'Query', server: { __typename?: 'ServerInfo', registrationOpen: boolean, passwordLogin: boolean, signInUrl?: string | null, maxTitleLength: number, maxDescriptionLength: number, minPasswordLength: number } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const TaskPartsFragmentDoc = new TypedDocumentString(`
    fragment TaskParts on Task {
  id
  title
  description
  completed
  createdAt
  updatedAt
  completedAt
  version
}
    `, {"fragmentName":"TaskParts"}) as unknown as TypedDocumentString<TaskPartsFragment, unknown>;
export const SessionUserFragmentDoc = new TypedDocumentString(`
    fragment SessionUser on User {
  id
  email
  createdAt
}
    `, {"fragmentName":"SessionUser"}) as unknown as TypedDocumentString<SessionUserFragment, unknown>;
export const SessionsDocument = new TypedDocumentString(`
    query Sessions {
  sessions {
    id
    current
    userAgent
    createdAt
    lastUsedAt
  }
}
    `) as unknown as TypedDocumentString<SessionsQuery, SessionsQueryVariables>;
export const RevokeSessionDocument = new TypedDocumentString(`
    mutation RevokeSession($id: ID!) {
  revokeSession(input: {id: $id}) {
    revokedSessionId
  }
}
    `) as unknown as TypedDocumentString<RevokeSessionMutation, RevokeSessionMutationVariables>;
export const RevokeOtherSessionsDocument = new TypedDocumentString(`
    mutation RevokeOtherSessions {
  revokeOtherSessions {
    revokedSessionIds
  }
}
    `) as unknown as TypedDocumentString<RevokeOtherSessionsMutation, RevokeOtherSessionsMutationVariables>;
export const ChangePasswordDocument = new TypedDocumentString(`
    mutation ChangePassword($currentPassword: String!, $newPassword: String!) {
  changePassword(
    input: {currentPassword: $currentPassword, newPassword: $newPassword, delivery: COOKIE}
  ) {
    accessToken
    expiresIn
    user {
      ...SessionUser
    }
  }
}
    fragment SessionUser on User {
  id
  email
  createdAt
}`) as unknown as TypedDocumentString<ChangePasswordMutation, ChangePasswordMutationVariables>;
export const DeleteAccountDocument = new TypedDocumentString(`
    mutation DeleteAccount($password: String!) {
  deleteAccount(input: {password: $password}) {
    deletedUserId
  }
}
    `) as unknown as TypedDocumentString<DeleteAccountMutation, DeleteAccountMutationVariables>;
export const TaskChangesDocument = new TypedDocumentString(`
    query TaskChanges($after: String) {
  taskChanges(after: $after, first: 100) {
    changes {
      taskId
      task {
        ...TaskParts
      }
    }
    cursor
    hasMore
  }
}
    fragment TaskParts on Task {
  id
  title
  description
  completed
  createdAt
  updatedAt
  completedAt
  version
}`) as unknown as TypedDocumentString<TaskChangesQuery, TaskChangesQueryVariables>;
export const OneTaskDocument = new TypedDocumentString(`
    query OneTask($id: ID!) {
  task(id: $id) {
    ...TaskParts
  }
}
    fragment TaskParts on Task {
  id
  title
  description
  completed
  createdAt
  updatedAt
  completedAt
  version
}`) as unknown as TypedDocumentString<OneTaskQuery, OneTaskQueryVariables>;
export const CreateTaskDocument = new TypedDocumentString(`
    mutation CreateTask($input: CreateTaskInput!) {
  createTask(input: $input) {
    task {
      ...TaskParts
    }
  }
}
    fragment TaskParts on Task {
  id
  title
  description
  completed
  createdAt
  updatedAt
  completedAt
  version
}`) as unknown as TypedDocumentString<CreateTaskMutation, CreateTaskMutationVariables>;
export const UpdateTaskDocument = new TypedDocumentString(`
    mutation UpdateTask($input: UpdateTaskInput!) {
  updateTask(input: $input) {
    task {
      ...TaskParts
    }
  }
}
    fragment TaskParts on Task {
  id
  title
  description
  completed
  createdAt
  updatedAt
  completedAt
  version
}`) as unknown as TypedDocumentString<UpdateTaskMutation, UpdateTaskMutationVariables>;
export const SetTaskCompletedDocument = new TypedDocumentString(`
    mutation SetTaskCompleted($id: ID!, $completed: Boolean!) {
  setTaskCompleted(input: {id: $id, completed: $completed}) {
    task {
      ...TaskParts
    }
  }
}
    fragment TaskParts on Task {
  id
  title
  description
  completed
  createdAt
  updatedAt
  completedAt
  version
}`) as unknown as TypedDocumentString<SetTaskCompletedMutation, SetTaskCompletedMutationVariables>;
export const DeleteTaskDocument = new TypedDocumentString(`
    mutation DeleteTask($id: ID!) {
  deleteTask(input: {id: $id}) {
    deletedTaskId
  }
}
    `) as unknown as TypedDocumentString<DeleteTaskMutation, DeleteTaskMutationVariables>;
export const RestoreTasksDocument = new TypedDocumentString(`
    mutation RestoreTasks($ids: [ID!]!) {
  restoreTasks(input: {ids: $ids}) {
    tasks {
      ...TaskParts
    }
  }
}
    fragment TaskParts on Task {
  id
  title
  description
  completed
  createdAt
  updatedAt
  completedAt
  version
}`) as unknown as TypedDocumentString<RestoreTasksMutation, RestoreTasksMutationVariables>;
export const TaskEventsDocument = new TypedDocumentString(`
    subscription TaskEvents($after: String!) {
  taskEvents(after: $after) {
    taskId
    task {
      ...TaskParts
    }
    cursor
  }
}
    fragment TaskParts on Task {
  id
  title
  description
  completed
  createdAt
  updatedAt
  completedAt
  version
}`) as unknown as TypedDocumentString<TaskEventsSubscription, TaskEventsSubscriptionVariables>;
export const SignInDocument = new TypedDocumentString(`
    mutation SignIn($email: String!, $password: String!) {
  login(input: {email: $email, password: $password, delivery: COOKIE}) {
    accessToken
    expiresIn
    user {
      ...SessionUser
    }
  }
}
    fragment SessionUser on User {
  id
  email
  createdAt
}`) as unknown as TypedDocumentString<SignInMutation, SignInMutationVariables>;
export const SignUpDocument = new TypedDocumentString(`
    mutation SignUp($email: String!, $password: String!) {
  register(input: {email: $email, password: $password, delivery: COOKIE}) {
    accessToken
    expiresIn
    user {
      ...SessionUser
    }
  }
}
    fragment SessionUser on User {
  id
  email
  createdAt
}`) as unknown as TypedDocumentString<SignUpMutation, SignUpMutationVariables>;
export const RenewDocument = new TypedDocumentString(`
    mutation Renew {
  refreshToken(input: {}) {
    accessToken
    expiresIn
    user {
      ...SessionUser
    }
  }
}
    fragment SessionUser on User {
  id
  email
  createdAt
}`) as unknown as TypedDocumentString<RenewMutation, RenewMutationVariables>;
export const SignOutDocument = new TypedDocumentString(`
    mutation SignOut {
  logout {
    success
  }
}
    `) as unknown as TypedDocumentString<SignOutMutation, SignOutMutationVariables>;
export const ServerInfoDocument = new TypedDocumentString(`
    query ServerInfo {
  server {
    registrationOpen
    passwordLogin
    signInUrl
    maxTitleLength
    maxDescriptionLength
    minPasswordLength
  }
}
    `) as unknown as TypedDocumentString<ServerInfoQuery, ServerInfoQueryVariables>;