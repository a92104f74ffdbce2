# Keeps a copy until it has the task `the end`. Says `complete` when it was complete for the first time, and in the end
# prints all tasks, ordered by ID.
#
# usage: python keep_copy.py URL EMAIL PASSWORD

import asyncio
import json
import os
import sys
import threading
from datetime import date, datetime

import httpx
from replica import Copy, keep
from session import Session
from taskhive_client.enums import ErrorReason
from taskhive_client.exceptions import GraphQLClientError

url, email, password = sys.argv[1:]


def end_with_who_waits() -> None:
    sys.stdin.read()
    os._exit(1)


threading.Thread(target=end_with_who_waits, daemon=True).start()


async def main() -> None:
    session = Session(url)
    await session.sign_in(email, password)
    copy = Copy()
    complete = False

    def changed() -> None:
        nonlocal complete
        if not complete:
            print("complete", flush=True)
        complete = True
        if any(task.title == "the end" for task in copy.tasks.values()):
            tasks = [copy.tasks[id].model_dump(by_alias=True) for id in sorted(copy.tasks)]
            print(json.dumps(tasks, default=as_sent), flush=True)
            # At once: there is a connection in the middle of something.
            os._exit(0)

    while True:
        try:
            await keep(copy, session, changed)
        except (httpx.TransportError, GraphQLClientError) as error:
            # To begin anew would pass for a copy that missed nothing.
            if any(each.extensions.get("reason") == ErrorReason.CURSOR_EXPIRED for each in getattr(error, "errors", ())):
                raise
        await asyncio.sleep(0.05)


def as_sent(value: date) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.isoformat()


asyncio.run(main())
