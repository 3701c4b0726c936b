"""Answers that are sent piece by piece stop with the client."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from api.responses import Stream


async def test_a_stream_ends_when_the_client_hangs_up() -> None:
    made: list[int] = []
    gone = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        for number in range(1_000):
            made.append(number)
            yield b"x"

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)
        if len(sent) == 3:
            gone.set()
        await asyncio.sleep(0)

    await Stream(pieces(), [])({}, receive, send)  # type: ignore[arg-type]
    assert len(made) < 10
    assert all(message.get("more_body", True) for message in sent)


async def test_a_stream_is_all_pieces_and_then_an_end() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await Stream(pieces(), [(b"a", b"b")])({}, receive, send)  # type: ignore[arg-type]
    assert [message["type"] for message in sent] == ["http.response.start", *["http.response.body"] * 3]
    assert b"".join(message.get("body", b"") for message in sent) == b"ab"
    assert sent[-1]["more_body"] is False
