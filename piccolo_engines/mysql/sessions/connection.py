"""The driver's connection, configured for this engine, which can be closed immediately in any state."""

import asyncio
import inspect
import socket
import struct
from collections.abc import Callable, Mapping
from typing import Any

from asyncmy.connection import Connection as DriverConnection
from asyncmy.constants.CR import CR_CONN_HOST_ERROR
from asyncmy.errors import Error as DriverError

from piccolo_engines.errors import ConnectionLost, DatabaseError
from piccolo_engines.mysql.errors import translate
from piccolo_engines.mysql.results.values import DECODERS

__all__ = ["Connection", "password_of"]


class Connection(DriverConnection):
    """A connection of asyncmy that releases everything in :meth:`close`.

    The driver closes a transport gracefully: unsent data keeps it open, and with TLS it waits for the
    server's closing message, which fails if the event loop ends before. So every transport is tracked here
    from its creation on, and aborted.

    :param config: asyncmy's arguments.
    """

    _connect_timeout: float
    _password: bytes
    _transport: Any  # the driver's stubs leave these out

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__(**_driver_config(config))  # type: ignore[no-untyped-call]  # as most of the driver
        self._loop = self._opening = _Opening(asyncio.get_running_loop())

    @property
    def patience(self) -> float:
        """The time limit for connecting, in seconds."""
        return self._connect_timeout

    @property
    def socket(self) -> socket.socket:
        """The socket, for polling and options. It is not read from."""
        found: socket.socket = self._transport.get_extra_info("socket")
        return found

    @property
    def is_encrypted(self) -> bool:
        return self._transport.get_extra_info("sslcontext") is not None

    async def connect(self) -> None:  # type: ignore[override]  # the driver's return value is not needed
        """Connect and log in.

        :raises ConnectionLost: when nothing responds, or something else than a server does.
        :raises AccessDenied: when the server denies the user access.
        :raises DatabaseMissing: when the database does not exist.
        """
        try:
            await super().connect()
            self._password = b""  # the driver keeps it without further use
            _notice_silence(self.socket)
        except DriverError as error:
            raise _refusal(error) from error
        except _INVALID_GREETING as error:
            raise ConnectionLost(_NO_SERVER) from error
        except OSError as error:
            raise ConnectionLost("The database server does not respond.") from error

    def close(self) -> None:
        """Close immediately, without sending pending data."""
        self._opening.abort()
        super().close()

    async def ensure_closed(self) -> None:
        """Close immediately.

        The driver calls it after ``read_timeout``, and its own would wait for pending data.
        """
        self.close()


class _Opening:
    """The part of the event loop that the driver uses. Tracks the protocols, which have the transports."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.time, self.create_future = loop.time, loop.create_future
        self._protocols: list[Any] = []

    async def create_connection(self, factory: Callable[[], Any], *args: Any, **kwargs: Any) -> Any:
        return await self._loop.create_connection(self._remembering(factory), *args, **kwargs)

    async def create_unix_connection(self, factory: Callable[[], Any], path: str) -> Any:
        return await self._loop.create_unix_connection(self._remembering(factory), path)

    def _remembering(self, factory: Callable[[], Any]) -> Callable[[], Any]:
        def remembered() -> Any:
            self._protocols.append(protocol := factory())
            return protocol

        return remembered

    def abort(self) -> None:
        for protocol in self._protocols:
            if protocol.transport is not None:
                protocol.transport.abort()


def _refusal(error: DriverError) -> DatabaseError:
    number = error.args[0] if error.args else None
    if not isinstance(number, int):
        return ConnectionLost(_NO_SERVER)
    if number == CR_CONN_HOST_ERROR:
        return ConnectionLost("Connecting to the database server failed.")
    return translate(error)


_NO_SERVER = "The response is not that of a MySQL or MariaDB server."
_INVALID_GREETING = (IndexError, UnicodeError, struct.error)  # raised by the driver for an invalid greeting
_SILENCE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 60_000}


def _notice_silence(connected: socket.socket) -> None:
    """Set socket options that detect a vanished machine within a minute instead of hours."""
    if connected.family != socket.AF_UNIX:
        for name, value in _SILENCE.items():
            if hasattr(socket, name):  # not on every platform
                connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


async def password_of(config: Mapping[str, Any]) -> bytes | None:
    """Return the password, from ``password_creator`` if there is one, encoded as the server expects it.

    The driver would encode it as Latin-1.
    """
    password = config.get("password")
    if (creator := config.get("password_creator")) is not None:
        password = creator()
        if inspect.isawaitable(password):
            password = await password
    if not isinstance(password, str | bytes | None):
        raise TypeError(f"A password is a text, not {type(password).__name__}.")
    return password.encode() if isinstance(password, str) else password


def _driver_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return asyncmy's arguments: the user's, and those that this engine sets."""
    driver = {name: value for name, value in config.items() if name != "password_creator"}
    if "db" in driver:
        driver["database"] = driver.pop("db")
    driver.update(charset="utf8mb4", use_unicode=True, autocommit=None, conv=DECODERS)
    return driver
