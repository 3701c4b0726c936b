"""Session: one connection to the server with its settings and its state."""

import asyncio
import contextlib
import re
import select
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from asyncmy.errors import Error as DriverError

from piccolo_engines.effects import note, take_back
from piccolo_engines.errors import (
    ConnectionLost,
    DatabaseError,
    DataTooLong,
    ServerNotReady,
    StatementError,
    StatementTimeout,
)
from piccolo_engines.mysql.errors import GONE_BEFORE_SENT, is_farewell, translate
from piccolo_engines.mysql.literals import literals
from piccolo_engines.mysql.server import Server
from piccolo_engines.mysql.sessions.connection import Connection, password_of
from piccolo_engines.mysql.sessions.prepared import PreparedStatements, binary

__all__ = ["NothingSent", "Session", "SessionOwner", "Watch"]

Watch = Callable[[str], None] | None

_IN_TRANSACTION = 0x0001  # SERVER_STATUS_IN_TRANS of the protocol


class NothingSent(ConnectionLost):
    """The connection was closed before the statement was sent, which can be sent on another one."""


class _Unreadable(ConnectionLost):
    """The server's response was not what the driver expects."""


_REFUSED = (NothingSent, ServerNotReady)
_UNKNOWN = (ConnectionLost, StatementTimeout)


class SessionOwner(Protocol):
    """The owner to which a session is returned."""

    def release(self, session: "Session") -> None:
        """Take the session back. Never waits."""


class Session:
    """A connection with the session settings that the dialect relies on.

    The settings are made when it is opened, in one statement: UTF-8, UTC, strict mode, standard quotes.

    :ivar server: the kind and version of the server.
    :ivar collation: the collation of comparisons in this session, and of new tables.
    :ivar pool: the pool that it belongs to, if any.
    :ivar sent: the number of completed statements, including the one that sets the session up.
    :ivar rows_written: how many rows its statements have inserted, changed or deleted.
    :ivar limit: seconds that a statement may take; ``None`` for no limit.
    :ivar is_overdue: a statement exceeded the limit and is being stopped; the session is not used afterwards.
    :ivar in_flight: a statement was sent and its result is not read completely. A session that is returned in
        this state is never used again.
    :ivar hung_up: the server has ended the connection.
    """

    __slots__ = (
        "_connection",
        "_deferred",
        "_poll",
        "_prepared",
        "collation",
        "hung_up",
        "idle_since",
        "in_flight",
        "is_overdue",
        "limit",
        "lock_seconds",
        "opened_at",
        "pool",
        "rows_written",
        "sent",
        "server",
    )

    def __init__(
        self, connection: Any, collation: str | None, most_prepared: int = 0, limit: float | None = None
    ) -> None:
        self._connection = connection  # asyncmy's stubs leave out what is used here
        self._prepared = PreparedStatements(connection, most_prepared)
        self.server = Server.from_greeting(connection.get_server_info())
        self.collation = collation or self.server.collation
        self.pool: SessionOwner | None = None
        self._deferred: list[str] = []
        self.limit = limit
        self.lock_seconds: int | None = None
        self.in_flight = self.hung_up = self.is_overdue = False
        self.sent = self.rows_written = 0
        self.opened_at = self.idle_since = asyncio.get_running_loop().time()
        self._poll = select.poll()
        self._poll.register(connection.socket.fileno(), select.POLLIN)

    @classmethod
    async def open(
        cls,
        config: Mapping[str, Any],
        collation: str | None = None,
        most_prepared: int = 0,
        limit: float | None = None,
    ) -> "Session":
        """Connect and set the session up.

        :param most_prepared: how many statements it may keep prepared.
        :param limit: seconds that a statement may take.
        :raises ConnectionLost: when nothing responds within ``connect_timeout``, or something else than a
            server does.
        :raises AccessDenied: when the server denies the user access.
        :raises DatabaseMissing: when the database does not exist.
        :raises ServerTooOld: for MySQL before 8.0.19 and MariaDB before 10.6.
        """
        connection = Connection({**config, "password": await password_of(config)})
        try:
            async with asyncio.timeout(connection.patience):
                await connection.connect()
                session = cls(connection, collation, most_prepared, limit)
                session.server.require_known()
                await session.send(session.server.set_up(session.collation, limit))
        except TimeoutError as error:
            connection.close()
            raise ConnectionLost("The database server does not respond.") from error
        except BaseException:
            connection.close()
            raise
        return session

    @property
    def thread_id(self) -> int:
        """The server's id of this connection, as in KILL."""
        return int(self._connection.server_thread_id[0])

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open, or begins with the next statement."""
        return bool(self._deferred or self._connection.server_status & _IN_TRANSACTION)

    @property
    def usable(self) -> bool:
        """Whether a statement may be sent, as far as this side knows."""
        return not self.in_flight and not self._connection._stream_broken

    @property
    def is_gone(self) -> bool:
        """Whether the connection was closed by either side."""
        return bool(self._connection._stream_broken)

    @property
    def may_be_shared(self) -> bool:
        """Whether another task may use it next: it is usable and has no open transaction."""
        if self.in_flight or self.is_overdue or self._deferred:
            return False
        return not self._connection.server_status & _IN_TRANSACTION

    def looks_alive(self) -> bool:
        """Whether the server has not closed the idle connection. Polls the socket, without a statement.

        A closed connection makes the socket readable, and nothing else does while no response is due.
        """
        return self.usable and not self._poll.poll(0)

    async def limit_to(self, seconds: float | None) -> None:
        """Change the time limit of later statements."""
        await self.send(f"SET {self.server.time_limit(seconds)}")
        self.limit = seconds

    def defer(self, sql: str) -> None:
        """Send a statement together with the next one, in the same round trip.

        For statements without a result that the server does not refuse: beginning a transaction, savepoints.
        """
        self._deferred.append(sql)

    def withdraw(self) -> None:
        """Do not send what was deferred."""
        self._deferred.clear()

    def expect_transaction(self) -> None:
        """Assume an open transaction until the server's next response: an error does not tell."""
        self._connection.server_status |= _IN_TRANSACTION

    async def send(self, sql: str, effect: str | None = None, others: list[Any] | None = None) -> Any:
        """Send one statement, or several separated by semicolons, and return the complete result of the
        first.

        :param effect: of several statements, the one that decides whether they change anything permanently.
        :param others: receives the results of the other statements.
        :raises NothingSent: when the connection was closed before.
        :raises DatabaseError: the server's error.
        """
        connection, before = self._connection, 0
        if self.in_flight or connection._stream_broken:
            raise NothingSent
        is_read = effect is None and sql[:6] == "SELECT"
        effects = None if is_read else note(effect or sql, in_transaction=self.in_transaction)
        if self._deferred:
            deferred, self._deferred = self._deferred, []
            if len(sql) > _LONGEST_TOGETHER:
                await self.send("; ".join(deferred))
            else:
                sql, before = "; ".join([*deferred, sql]), len(deferred)
        self.in_flight = True
        try:
            await connection.query(sql)
            results = [connection._result]
            while connection._result.has_next:
                await connection.next_result()
                results.append(connection._result)
        except DriverError as error:
            failure = self._failed(error)
            if effects is not None and (isinstance(failure, _REFUSED) or not isinstance(failure, _UNKNOWN)):
                take_back(effects)
            is_cut_off = isinstance(failure, _Unreadable) or _CUT_OFF.search(str(error)) is not None
            if is_cut_off and len(sql) > _LARGEST_PACKET:
                raise DataTooLong from error  # refused while sending: larger than max_allowed_packet
            raise failure from error
        self.in_flight = False
        self.sent += 1
        connection._result = None  # an idle connection keeps no rows
        if not is_read:
            self.rows_written += sum(one.affected_rows for one in results if not one.field_count)
        if others is not None:
            others += results[before + 1 :]
        return results[before]

    def _failed(self, error: DriverError) -> DatabaseError:
        """Translate an error of the driver, and record whether the connection survives it."""
        number = error.args[0] if error.args else None
        if number == GONE_BEFORE_SENT:
            return NothingSent()
        if not isinstance(number, int):  # the driver could not read the response: some of it may remain
            return _Unreadable("The database server's response could not be read.")
        translated = translate(error)
        if number in _ENDS_CONNECTION or (
            isinstance(translated, ConnectionLost) and number not in _SPARES_CONNECTION
        ):
            self.hung_up = is_farewell(error)
        else:
            self.in_flight = False
        return StatementTimeout() if number == _INTERRUPTED and self.is_overdue else translated

    def run(self, template: str, args: Sequence[object] = (), watch: Watch = None) -> Awaitable[Any]:
        """Bind values to a statement, report it to ``watch``, and send it. Returns an awaitable."""
        if watch is not None:
            watch(template % tuple("%s" for _ in args))
        return self.send(template % literals(args, self.server))

    def has_prepared(self, template: str) -> bool:
        """Whether the statement is prepared, so that its results share the description of their columns."""
        return self._prepared.find(template) is not None

    async def run_again(self, template: str, args: Sequence[object] = (), watch: Watch = None) -> Any:
        """Like :meth:`run`, for a statement that occurs repeatedly. Prepares it when that is worthwhile."""
        if watch is not None:
            watch(template % tuple("%s" for _ in args))
        if self._deferred:
            return await self.send(template % literals(args, self.server))
        prepared = self._prepared
        statement = prepared.find(template)
        if statement is None:
            if not prepared.is_due(template):
                result = await self.send(template % literals(args, self.server))
                if result.fields:
                    prepared.look_at(template, result.fields)
                return result
            statement = await self._prepare(template, len(args))
        values = binary(args)
        if statement is not None and values is not None:
            if template[:6] != "SELECT":
                note(template, in_transaction=self.in_transaction)
            try:
                result = await self._ask(statement.execute, values)
                self.rows_written += 0 if result.field_count else result.affected_rows
                return result  # what was not run is sent as text
            except StatementError as error:
                if not _was_not_run(error):
                    raise
                prepared.refuse(template)
        return await self.send(template % literals(args, self.server))

    async def _prepare(self, template: str, count: int) -> Any:
        """Prepare the statement. Returns ``None`` if the server refuses.

        It is then sent as text, and its error, if any, reported.
        """
        try:
            return await self._ask(self._prepared.prepare, template, count)
        except DatabaseError as error:
            if type(error) is not StatementError:
                raise
            self._prepared.refuse(template)
            return None

    async def _ask(self, call: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        """Call a prepared statement's method that has one response."""
        connection = self._connection
        if self.in_flight or connection._stream_broken:
            raise NothingSent
        self.in_flight = True
        try:
            result = await call(*args)
        except DriverError as error:
            raise self._failed(error) from error
        self.in_flight = False
        self.sent += 1
        connection._result = None  # an idle connection keeps no rows
        return result

    async def stream(self, sql: str) -> Any:
        """Send a statement whose rows are read with :meth:`fetch_many`.

        The session stays in flight until the last row.
        """
        self.in_flight = True
        try:
            await self._connection.query(sql, unbuffered=True)
        except DriverError as error:
            raise self._failed(error) from error
        return self._connection._result

    async def fetch_many(self, result: Any, count: int) -> list[tuple[Any, ...]]:
        """Return up to ``count`` more rows of a stream; fewer at its end."""
        rows: list[tuple[Any, ...]] = []
        try:
            while len(rows) < count:
                row = await result._read_rowdata_packet_unbuffered()
                if row is None:
                    self.in_flight = False
                    break
                rows.append(row)
                rows += result._take_pending_rows(count - len(rows))
        except DriverError as error:
            raise self._failed(error) from error
        return rows

    def kill(self) -> None:
        """Close immediately, without notifying the server."""
        result = self._connection._result
        if result is not None:
            result.unbuffered_active = False
        self._connection.close()
        self._prepared.clear()

    def close(self) -> None:
        """Notify the server if possible, and close. Never waits."""
        self._send_quit()
        if self.usable and not self._connection.is_encrypted:
            self._connection._transport.close()  # after COM_QUIT is sent, in uvloop's next iteration
        else:
            self.kill()

    async def leave(self, patience: float = 1.0) -> bool:
        """Like :meth:`close`, but wait until the server has closed the connection and no longer counts it.

        :param patience: seconds to wait at most.
        :return: whether the server has closed it.
        """
        self._send_quit()
        loop = asyncio.get_running_loop()
        deadline, pause = loop.time() + patience, 0.0
        while (is_there := self.looks_alive()) and loop.time() < deadline:
            await asyncio.sleep(pause)
            pause = min(pause + 0.0002, 0.005)
        self.kill()
        return not is_there

    def _send_quit(self) -> None:
        if self.usable:
            with contextlib.suppress(DriverError):
                self._connection._write_bytes(_QUIT)


def _was_not_run(error: DatabaseError) -> bool:
    """Whether the server no longer knew the prepared statement, or could not prepare it again."""
    cause = error.__cause__
    return isinstance(cause, DriverError) and cause.args[0] in (1243, 1615)


_CUT_OFF = re.compile(r"\[Errno (?:32|104)\]")  # the server hung up while the statement was being sent
_QUIT = b"\x01\x00\x00\x00\x01"  # a packet of one byte, number 0: COM_QUIT
_INTERRUPTED = 1317  # of the statement, not of the connection
_SPARES_CONNECTION = frozenset((_INTERRUPTED,))
_ENDS_CONNECTION = frozenset((1153,))  # the server closes the connection after a packet that is too large
_LONGEST_TOGETHER = 4 * 1024 * 1024  # characters that are sent with deferred statements
_LARGEST_PACKET = (1 << 24) - 1  # longer statements are sent as several packets
