from collections.abc import Callable
from dataclasses import dataclass, field

from session import Session
from taskhive_client import Client, CopiedTask


@dataclass
class Copy:
    """All tasks of whoever is signed in, and up to which change. In a database, what changes both is one transaction."""

    tasks: dict[str, CopiedTask] = field(default_factory=dict)
    after: str | None = None


async def keep(copy: Copy, session: Session, changed: Callable[[], None]) -> None:
    """
    Makes a copy complete, and keeps it so; `changed` is called whenever it has come further. Raises when the service is away or
    refuses: call it again, and it goes on where it was. After `CURSOR_EXPIRED`, call it with an empty copy.
    """
    has_more = True
    while has_more:
        page = (await session.api.task_changes(after=copy.after)).task_changes
        for change in page.changes:
            put(copy, change.task_id, change.task)
        copy.after, has_more = page.cursor, page.has_more
        changed()
    async for event in session.task_events(copy.after, Client.copied_task_events):
        put(copy, event.task_id, event.task)
        copy.after = event.cursor
        changed()


def put(copy: Copy, id: str, task: CopiedTask | None) -> None:
    """A task is as it is now, or is gone."""
    if task is None:
        copy.tasks.pop(id, None)
    else:
        copy.tasks[id] = task
