"""A request whose client disconnects is cancelled, if that does no harm and it takes long."""

import asyncio
import contextlib
from typing import Any

import pytest

from api.errors import ClientGone
from api.middleware.disconnects import CancelOnDisconnect, DisconnectWatch, may_be_cancelled
from api.middleware.request_context import RequestContext


class Client:
    """What a server's ``receive`` tells of a client that stays until :meth:`disconnect`."""

    def __init__(self) -> None:
        self._gone = asyncio.Event()
        self.asked = asyncio.Event()

    def disconnect(self) -> None:
        self._gone.set()

    async def receive(self) -> Any:
        self.asked.set()
        await self._gone.wait()
        return {"type": "http.disconnect"}


@pytest.fixture
def context() -> RequestContext:
    return RequestContext("one", "GET", "/")


async def test_work_is_cancelled_when_the_client_disconnects(context: RequestContext) -> None:
    client, undone = Client(), asyncio.Event()

    async def serve() -> None:
        with CancelOnDisconnect(DisconnectWatch(), client.receive, context):
            try:
                await asyncio.Event().wait()
            finally:
                undone.set()

    serving = asyncio.create_task(serve())
    await client.asked.wait()
    client.disconnect()
    with pytest.raises(ClientGone):
        await serving
    assert undone.is_set()
    assert not serving.cancelling()


async def test_a_short_request_is_not_watched(context: RequestContext) -> None:
    client = Client()
    with CancelOnDisconnect(DisconnectWatch(), client.receive, context):
        await asyncio.sleep(0)
    await asyncio.sleep(0.4)
    assert not client.asked.is_set()


async def test_what_follows_the_response_is_done_though_the_client_disconnects(
    context: RequestContext,
) -> None:
    client, done = Client(), False

    with CancelOnDisconnect(DisconnectWatch(), client.receive, context):
        await client.asked.wait()
        context.responded = True
        client.disconnect()
        await asyncio.sleep(0.01)
        done = True
    assert done


async def test_a_request_that_the_server_cancels_stays_cancelled(context: RequestContext) -> None:
    client = Client()

    async def serve() -> None:
        with CancelOnDisconnect(DisconnectWatch(), client.receive, context):
            await asyncio.Event().wait()

    serving = asyncio.create_task(serve())
    await client.asked.wait()
    client.disconnect()
    await asyncio.sleep(0)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving


async def test_a_result_that_is_there_when_the_client_disconnects_is_kept(context: RequestContext) -> None:
    """The cancellation comes too late to stop anything, and must not stop what comes after the request."""
    client = Client()

    async def serve() -> int:
        watch = DisconnectWatch()
        with (
            CancelOnDisconnect(watch, client.receive, context),
            contextlib.suppress(asyncio.CancelledError),
        ):
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        return 7

    serving = asyncio.create_task(serve())
    await client.asked.wait()
    client.disconnect()
    assert await serving == 7


@pytest.mark.parametrize(
    ("method", "path", "may"),
    [
        ("GET", "/api/v1/data/accounts", True),
        ("POST", "/api/v1/data/accounts/bulk", True),
        ("POST", "/api/v1/data/accounts/import", True),
        ("GET", "/api/v1/audit", True),
        ("POST", "/api/v1/objects", False),
        ("PUT", "/api/v1/roles/1/permissions", False),
        ("POST", "/setup/tenants", False),
    ],
)
def test_what_may_be_cancelled(method: str, path: str, may: bool) -> None:
    scope: Any = {"type": "http", "method": method, "path": path}
    assert may_be_cancelled(scope) is may


async def test_one_timer_watches_all_requests(
    context: RequestContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is watched when it has taken long itself."""
    timers: list[object] = []
    loop = asyncio.get_running_loop()
    call_later = loop.call_later
    monkeypatch.setattr(loop, "call_later", lambda *given: timers.append(given) or call_later(*given))
    watch, first, second = DisconnectWatch(), Client(), Client()
    for _ in range(100):
        with CancelOnDisconnect(watch, Client().receive, context):
            pass
    with CancelOnDisconnect(watch, first.receive, context):
        await asyncio.sleep(0.1)
        with CancelOnDisconnect(watch, second.receive, context):
            await first.asked.wait()
            assert not second.asked.is_set()
            await second.asked.wait()
    assert len([one for one in timers if "_look" in repr(one)]) == 1
