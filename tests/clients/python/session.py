import asyncio
import random
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import websockets

from taskhive_client import Client, LoginInput, RefreshTokenInput, TaskEventsTaskEvents


class Session(httpx.Auth):
    """Who is signed in. `api` is the generated client, which refreshes its token when it has to."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.tokens = None
        self.refreshing = asyncio.Lock()
        self.public = Client(url)
        self.api = Client(url, http_client=httpx.AsyncClient(auth=self))

    async def sign_in(self, email: str, password: str) -> None:
        self.tokens = (await self.public.login(LoginInput(email=email, password=password))).login

    async def refresh(self, expired: str) -> None:
        """Replaces an access token that has expired. However many ask, there is one request."""
        async with self.refreshing:
            if self.tokens.access_token == expired:
                input = RefreshTokenInput(refreshToken=self.tokens.refresh_token)
                self.tokens = (await self.public.refresh(input)).refresh_token

    async def async_auth_flow(self, request: httpx.Request):
        token = self.tokens.access_token
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code != 401:
            return
        await response.aread()
        # Any other reason is no reason to refresh.
        if reason(response) == "TOKEN_EXPIRED":
            await self.refresh(token)
            request.headers["Authorization"] = f"Bearer {self.tokens.access_token}"
            yield request

    async def task_events(self, after: str, subscribe=Client.task_events) -> AsyncIterator[TaskEventsTaskEvents]:
        """
        Live updates since `after`: the `as_of` of a page, or the cursor of an event. None is missed when the connection is lost.
        `subscribe` may be another subscription of the generated client to `taskEvents`, with other fields.
        """
        while True:
            token = self.tokens.access_token
            live = Client(
                ws_url=f"{self.url.replace('http', 'ws', 1)}/ws",
                ws_connection_init_payload={"authorization": f"Bearer {token}"},
            )
            try:
                async for event in subscribe(live, after=after):
                    after = event.task_events.cursor
                    yield event.task_events
            except websockets.ConnectionClosed as closed:
                # 4403: the token was refused, or its time is up.
                if closed.rcvd is not None and closed.rcvd.code == 4403:
                    await self.refresh(token)
                    continue
            except (OSError, websockets.InvalidHandshake):
                # Nobody is there, or only something in front of the service is.
                pass
            await asyncio.sleep(random.random() * 5)


def reason(response: httpx.Response) -> str | None:
    return response.json()["errors"][0]["extensions"].get("reason")


def new_task_id() -> str:
    """The ID of a task that is yet to be created: sending `createTask` again then makes no second task."""
    return f"task_{uuid4().hex}"
