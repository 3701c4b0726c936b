"""Connections that go nowhere, and count how many of them there are."""

import asyncio
import random
from typing import Any

__all__ = ["StubServer", "StubSession"]


class StubServer:
    """Counts the connections as a server does: from the first packet until it has hung up.

    :param is_deaf: it hears no farewells, only ``end_thread``.
    """

    def __init__(
        self, *, connect: float = 0.0, hang_up: float = 0.0, failing: float = 0.0, is_deaf: bool = False
    ) -> None:
        self.now = self.most = self.made = 0
        self.killed: list[int] = []
        self._connect, self._hang_up, self._failing = connect, hang_up, failing
        self._is_deaf = is_deaf

    async def open(self) -> Any:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self._connect)
            if random.random() < self._failing:
                raise ConnectionError("refused")
        except BaseException:
            self.now -= 1
            raise
        self.made += 1
        return StubSession(self, self.made)

    async def end_thread(self, thread_id: int) -> None:
        await asyncio.sleep(self._hang_up)
        self.killed.append(thread_id)
        self.now -= 1

    async def hang_up(self) -> bool:
        await asyncio.sleep(self._hang_up)
        self.now -= not self._is_deaf
        return not self._is_deaf


class StubSession:
    """What a budget sees of a session."""

    def __init__(self, server: StubServer, thread_id: int) -> None:
        self.server = server
        self.thread_id = thread_id
        self.in_flight = self.hung_up = False
        self.is_alive = True
        self.opened_at = self.idle_since = asyncio.get_running_loop().time()

    @property
    def may_be_shared(self) -> bool:
        return not self.in_flight and self.is_alive

    def looks_alive(self) -> bool:
        return self.may_be_shared

    def kill(self) -> None:
        if self.is_alive and not self.in_flight:
            self.server.now -= 1
        self.is_alive = False

    async def leave(self) -> bool:
        if not self.is_alive:
            return True
        self.is_alive = False
        return await self.server.hang_up()
