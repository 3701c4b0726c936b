"""WorkerServer: the server in one of several processes. It is watched by a supervisor, and drains for it."""

import asyncio
import signal
import socket
from contextlib import suppress
from typing import Final

import uvicorn

from api.server.protocol import platform_of
from api.server.supervisor import DRAIN

__all__ = ["WorkerServer"]

_TICKS_A_SECOND: Final = 10


class WorkerServer(uvicorn.Server):
    """Sends the supervisor a byte each second, and drains when it is asked to.

    A process that drains accepts no connections and takes no jobs. Requests on connections that are open are
    served, with ``Connection: close`` in the response; so a client that sends a request in the same moment
    loses nothing. Idle connections are closed after ``KEEP_ALIVE_TIMEOUT``, as always. The process ends with
    its last connection.

    :param control: the connection with the supervisor.
    """

    def __init__(self, config: uvicorn.Config, control: socket.socket) -> None:
        super().__init__(config)
        self._control = control
        self._is_draining = False
        self._stopping: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept connections, then to listen to the supervisor."""
        await super().startup(sockets)
        if self.started:
            self._control.setblocking(False)
            asyncio.get_running_loop().add_reader(self._control.fileno(), self._hear)

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second."""
        if counter % _TICKS_A_SECOND == 0:
            with suppress(OSError):  # a supervisor that has died is noticed by _hear
                self._control.send(b".")
        if self._is_draining and not self.should_exit and not self.server_state.connections:
            self._end()
        return await super().on_tick(counter)

    def _hear(self) -> None:
        try:
            received = self._control.recv(1)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if received == DRAIN:
            self._drain()
        else:  # the supervisor has died
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._end()

    def _drain(self) -> None:
        self._is_draining = True
        for server in self.servers:
            server.close()
        platform = platform_of(self.config)
        platform.clients.drain()
        self._stopping = asyncio.create_task(platform.job_runner.stop(platform.settings.shutdown_timeout))

    def _end(self) -> None:
        signal.raise_signal(signal.SIGTERM)  # from which on the time of a shutdown is limited
