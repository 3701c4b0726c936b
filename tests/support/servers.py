"""Real database servers for tests: the ones that the environment names, else private ones made of what is
installed.

``TEST_MARIADB_URL`` and ``TEST_MYSQL_URL`` (``mysql://user:password@host:port``) name servers on which
databases may be made and dropped. Otherwise a ``mariadbd`` or ``mysqld`` on the PATH is started in a
temporary folder, in memory where there is room, without fsync, and ended with the tests.

    python -m tests.support.servers make test

does so once for a whole command, which then finds them by these names.
"""

import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

__all__ = [
    "KINDS",
    "ServerAddress",
    "ServerMissing",
    "address_of",
    "binary_of",
    "free_port",
    "server_folder",
    "started",
    "started_in",
]

KINDS = ("mariadb", "mysql")
_START_SECONDS = 60
_IN_MEMORY, _ROOM = Path("/dev/shm"), 3 << 30
_WITHOUT_SYNC = {"mariadb": ["--debug-no-sync"], "mysql": []}
"""Beyond InnoDB's: each table that is created or dropped would be written to the disk at once."""


class ServerMissing(Exception):
    """There is no such server to test on."""


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a server is, and who may do everything there."""

    host: str
    port: int
    user: str
    password: str
    socket: str | None = None

    @classmethod
    def from_url(cls, url: str) -> "ServerAddress":
        parts = urlsplit(url)
        return cls(
            parts.hostname or "127.0.0.1",
            parts.port or 3306,
            unquote(parts.username or "root"),
            unquote(parts.password or ""),
        )

    @property
    def url(self) -> str:
        """As :meth:`from_url` reads it, and ``CENTRAL_DATABASE_URL`` once a database is named."""
        return f"mysql://{quote(self.user)}:{quote(self.password)}@{self.host}:{self.port}"

    @property
    def config(self) -> dict[str, object]:
        """Arguments for an engine."""
        return {"host": self.host, "port": self.port, "user": self.user, "password": self.password}


@contextlib.contextmanager
def address_of(kind: str) -> Iterator[ServerAddress]:
    """The address of a server of this kind, which is started if need be.

    :raises ServerMissing: when none is named and none can be started.
    """
    url = os.environ.get(f"TEST_{kind.upper()}_URL")
    if url:
        yield ServerAddress.from_url(url)
        return
    with started(kind) as address:
        yield address


def binary_of(kind: str) -> str | None:
    """The server program on the PATH; MariaDB installs itself under MySQL's name as well."""
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
    found = shutil.which("mariadbd" if kind == "mariadb" else "mysqld", path=path)
    if found is None:
        return None
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    return found if ("MariaDB" in version) == (kind == "mariadb") else None


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def server_folder(prefix: str) -> Iterator[Path]:
    """A temporary folder for a server's data: in memory, if the machine has room for all servers there."""
    with tempfile.TemporaryDirectory(prefix=prefix, dir=_place()) as folder:
        yield Path(folder)


def _place() -> Path | None:
    has_room = os.access(_IN_MEMORY, os.W_OK) and shutil.disk_usage(_IN_MEMORY).free > _ROOM
    return _IN_MEMORY if has_room else None


@functools.cache
def _initialised(kind: str, binary: str) -> "tempfile.TemporaryDirectory[str]":
    """A folder with the data of a new server, which each server of this process begins with a copy of."""
    folder = tempfile.TemporaryDirectory(prefix=f"new-{kind}-", dir=_place())
    data = f"--datadir={folder.name}/data"
    if kind == "mariadb":
        command = ["mariadb-install-db", "--no-defaults", *_user(), data]
        command.append("--auth-root-authentication-method=normal")
    else:
        command = [binary, "--no-defaults", "--initialize-insecure", *_user(), data]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def _user() -> list[str]:
    return ["--user=root"] if os.geteuid() == 0 else []


@contextlib.contextmanager
def started(kind: str, *options: str) -> Iterator[ServerAddress]:
    """A server of its own, started with these options beside the usual ones.

    :raises ServerMissing: when there is none on the PATH.
    """
    if binary_of(kind) is None:
        raise ServerMissing(f"no {kind} server: set TEST_{kind.upper()}_URL, or install one")
    with server_folder(f"{kind}-") as folder, _running(kind, folder, options) as address:
        yield address


@contextlib.contextmanager
def _running(kind: str, folder: Path, options: tuple[str, ...]) -> Iterator[ServerAddress]:
    address, process = started_in(folder, kind, options)
    try:
        yield address
    finally:
        process.kill()  # its data are deleted anyway
        process.wait()


def started_in(
    folder: Path, kind: str, options: tuple[str, ...] = (), *, port: int = 0
) -> "tuple[ServerAddress, subprocess.Popen[bytes]]":
    """A server with its data in the folder, which it begins with if there are none.

    :param port: 0 for a free one.
    :raises ServerMissing: when it does not start.
    """
    binary, password, port = binary_of(kind), "tests-only", port or free_port()
    assert binary is not None
    if not (folder / "data").exists():
        shutil.copytree(Path(_initialised(kind, binary).name) / "data", folder / "data")
    (folder / "init.sql").write_text(
        f"CREATE USER IF NOT EXISTS 'tester'@'127.0.0.1' IDENTIFIED BY '{password}';\n"
        "GRANT ALL ON *.* TO 'tester'@'127.0.0.1' WITH GRANT OPTION;\n"
    )
    command = [
        binary, "--no-defaults", *_user(), f"--datadir={folder / 'data'}",
        f"--tmpdir={folder}",  # a server that starts deletes what looks like its temporary tables
        f"--port={port}", "--bind-address=127.0.0.1",
        f"--socket={folder / 'sock'}", f"--pid-file={folder / 'pid'}", f"--init-file={folder / 'init.sql'}",
        "--skip-name-resolve", "--skip-log-bin", "--max-connections=600", "--loose-mysqlx=OFF",
        "--performance-schema=OFF",
        "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--innodb-flush-method=nosync",
        *_WITHOUT_SYNC[kind],
        *options,
    ]  # fmt: skip
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        _wait_for(process, port, folder / "log")
    except ServerMissing:
        process.kill()
        process.wait()
        raise
    return ServerAddress("127.0.0.1", port, "tester", password, str(folder / "sock")), process


def _wait_for(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.settimeout(1)
            if connection.recv(1):
                return
        time.sleep(0.1)
    raise ServerMissing(f"the server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _main(command: list[str]) -> int:
    """Run a command beside the servers that can be had; return its status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that they are ended, too
    with contextlib.ExitStack() as stack:
        environment = dict(os.environ)
        for kind in KINDS:
            try:
                environment[f"TEST_{kind.upper()}_URL"] = stack.enter_context(address_of(kind)).url
            except ServerMissing as missing:
                sys.stderr.write(f"NOT TESTED ON {kind.upper()}: {missing}\n")
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
