"""``python -m tests.support.busy_server``: Freehold with requests that would never end, below ``/busy``."""

import asyncio
import sqlite3
import time
from typing import Any

import uvicorn

from api.app import create_app
from api.server.shutdown import grace_of

__all__ = ["main"]


async def _in_thread() -> None:
    await asyncio.to_thread(_spin)


async def _on_the_loop() -> None:
    _spin()


async def _in_a_statement() -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    await asyncio.to_thread(lambda: sqlite3.connect(":memory:").execute(endless).fetchall())


async def _deaf() -> None:
    """Code that does not heed its cancellation."""
    while True:
        try:
            await asyncio.sleep(3_600)
        except asyncio.CancelledError:
            continue


def _spin() -> None:
    while True:
        time.sleep(0.001)


_BUSY = {
    "/busy/thread": _in_thread,
    "/busy/loop": _on_the_loop,
    "/busy/statement": _in_a_statement,
    "/busy/deaf": _deaf,
}


def main() -> None:
    """Serve as ``freehold serve`` does."""
    app = create_app()

    async def with_busy(scope: Any, receive: Any, send: Any) -> None:
        busy = _BUSY.get(scope.get("path", ""))
        if busy is None:
            await app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        await busy()

    settings = app.platform.settings
    uvicorn.run(
        with_busy,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        lifespan="on",
        log_config=None,
        timeout_graceful_shutdown=grace_of(settings.shutdown_timeout),
    )


if __name__ == "__main__":
    main()
