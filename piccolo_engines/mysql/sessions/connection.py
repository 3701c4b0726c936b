"""The driver's connection: made as this engine needs it, and let go of at once, whatever it is doing."""

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
    """A connection of asyncmy's of which nothing is left after :meth:`close`.

    The driver closes a transport politely: what is still to be sent keeps it open, and with TLS the server's
    farewell is waited for, by nobody when the loop ends before. So every transport is remembered here, from
    the moment at which it is there, and aborted.

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
        """Seconds that connecting may take."""
        return self._connect_timeout

    @property
    def socket(self) -> socket.socket:
        """To ask and to set up: nothing is read from it."""
        found: socket.socket = self._transport.get_extra_info("socket")
        return found

    @property
    def is_encrypted(self) -> bool:
        return self._transport.get_extra_info("sslcontext") is not None

    async def connect(self) -> None:  # type: ignore[override]  # nobody wants what the driver returns
        """Connect and log in.

        :raises ConnectionLost: when nobody answers, or not as a server does.
        :raises AccessDenied: when the server refuses the user.
        :raises DatabaseMissing: when the database does not exist.
        """
        try:
            await super().connect()
            self._password = b""  # which the driver keeps, and needs for nothing more
            _notice_silence(self.socket)
        except DriverError as error:
            raise _refusal(error) from error
        except _GIBBERISH as error:
            raise ConnectionLost(_NO_SERVER) from error
        except OSError as error:
            raise ConnectionLost("The database server does not answer.") from error

    def close(self) -> None:
        """Close at once: what has not been sent is not sent any more."""
        self._opening.abort()
        super().close()

    async def ensure_closed(self) -> None:
        """What the driver does after ``read_timeout``, and would wait for everything to be sent."""
        self.close()


class _Opening:
    """What the driver uses of the event loop; remembers the protocols, which know their transports."""

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
        return ConnectionLost("No connection to the database server can be made.")
    return translate(error)


_NO_SERVER = "What answers there is no MySQL or MariaDB server."
_GIBBERISH = (IndexError, UnicodeError, struct.error)  # what the driver makes of a greeting that is none
_SILENCE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 60_000}


def _notice_silence(connected: socket.socket) -> None:
    """A machine that is gone without a word is noticed within a minute, and not after hours, as is usual."""
    if connected.family != socket.AF_UNIX:
        for name, value in _SILENCE.items():
            if hasattr(socket, name):  # not everywhere
                connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


async def password_of(config: Mapping[str, Any]) -> bytes | None:
    """The password, which ``password_creator`` makes if there is one, as the server wants to read it.

    The driver would say it in Latin-1.
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
    """asyncmy's arguments: the user's, and those that this engine decides."""
    driver = {name: value for name, value in config.items() if name != "password_creator"}
    if "db" in driver:
        driver["database"] = driver.pop("db")
    driver.update(charset="utf8mb4", use_unicode=True, autocommit=None, conv=DECODERS)
    return driver
