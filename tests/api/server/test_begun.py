"""Begun: it has what needs no waiting, and waits for the rest as an ordinary await would."""

import asyncio

import pytest

from api.server.begun import Begun


async def at_once() -> str:
    return "there"


async def patient(steps: list[str]) -> str:
    try:
        await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)
    except asyncio.CancelledError:
        steps.append("cancelled")
        raise
    return "there"


async def stubborn() -> str:
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        await asyncio.sleep(0)
    return "ended"


async def broken() -> str:
    raise ValueError("broken")


async def test_what_is_there_needs_no_waiting() -> None:
    call = Begun(at_once())
    assert call.is_done
    assert await call == "there"


async def test_what_is_not_there_is_waited_for() -> None:
    call = Begun(patient([]))
    assert not call.is_done
    assert await call == "there"


async def test_a_time_limit_cancels_it() -> None:
    steps: list[str] = []
    call = Begun(patient(steps))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.001):
            await call
    assert steps == ["cancelled"]


async def test_it_may_go_on_after_a_cancellation() -> None:
    async def run() -> str:
        return await Begun(stubborn())

    task = asyncio.create_task(run())
    await asyncio.sleep(0)
    task.cancel()
    assert await task == "ended"


def test_its_error_is_raised_at_once() -> None:
    with pytest.raises(ValueError, match="broken"):
        Begun(broken())
