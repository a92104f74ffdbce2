# What every client goes through: sign in, create, list, page, change, see live updates, meet expired tokens, sign out.
#
# usage: python story.py URL EMAIL PASSWORD EXPIRED_TOKEN

import asyncio
import sys
from datetime import datetime

from session import Session, new_task_id, reason
from taskhive_client import CreateTaskInput, SetTaskCompletedInput
from taskhive_client.enums import ErrorCode, ErrorReason
from taskhive_client.exceptions import GraphQLClientGraphQLMultiError, GraphQLClientHttpError

url, email, password, expired = sys.argv[1:]


class Counted(Session):
    refreshes = 0

    def expire(self) -> None:
        self.tokens = self.tokens.model_copy(update={"access_token": expired})
        Counted.refreshes = 0


async def main() -> None:
    session = Counted(url)
    await session.sign_in(email, password)
    api = session.api
    refresh = session.public.refresh

    async def counted(*arguments, **options):
        Counted.refreshes += 1
        return await refresh(*arguments, **options)

    session.public.refresh = counted

    ids = {title: new_task_id() for title in ["one", "two", "three", "four", "five"]}
    for title, id in ids.items():
        made = (await api.create_task(CreateTaskInput(id=id, title=title))).create_task.task
        assert (made.id, made.version) == (id, 1)
        assert isinstance(made.created_at, datetime) and made.created_at.tzinfo
    again = await api.create_task(CreateTaskInput(id=ids["one"], title="one"))
    assert again.create_task.task.version == 1

    titles, after = [], None
    while True:
        page = (await api.tasks(first=2, after=after)).tasks
        titles += [node.title for node in page.nodes]
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page:
            break
    assert titles == ["five", "four", "three", "two", "one"], titles

    done = (await api.set_completed(SetTaskCompletedInput(id=ids["one"], completed=True))).set_task_completed.task
    assert (done.completed, done.version) == (True, 2)

    try:
        await api.set_completed(SetTaskCompletedInput(id=new_task_id(), completed=True))
        raise AssertionError("there is no such task")
    except GraphQLClientGraphQLMultiError as errors:
        assert errors.errors[0].extensions["code"] == ErrorCode.NOT_FOUND

    session.expire()
    await asyncio.gather(*(api.tasks(first=1) for _ in range(5)))
    assert Counted.refreshes == 1

    after = (await api.tasks(first=0)).tasks.as_of
    ids = [await create(session), await create(session)]
    session.expire()
    async for event in session.task_events(after):
        assert event.task_id == ids.pop(0)
        if not ids:
            break
    assert Counted.refreshes == 1

    await api.logout()
    Counted.refreshes = 0
    try:
        await api.tasks(first=1)
        raise AssertionError("the session has ended")
    except GraphQLClientHttpError as error:
        assert (error.status_code, reason(error.response)) == (401, ErrorReason.TOKEN_INVALID)
    assert Counted.refreshes == 0
    print("all good")


async def create(session: Session) -> str:
    return (await session.api.create_task(CreateTaskInput(id=new_task_id(), title="is anybody there"))).create_task.task.id


asyncio.run(asyncio.wait_for(main(), 60))
