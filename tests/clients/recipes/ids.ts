/** The ID of a task that is yet to be created. Keep it with the form: sending `createTask` again then makes no second task. */
export const newTaskId = (): string => `task_${crypto.randomUUID().replaceAll('-', '')}`;
