"""A database server of a test that is killed with SIGKILL, and started again with the data that it has."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.servers import ServerAddress, ServerMissing, binary_of, server_folder, started_in

__all__ = ["MortalServer", "mortal_server"]


@dataclass
class MortalServer:
    """A server whose address stays. What it has committed is there after it was killed."""

    kind: str
    folder: Path
    address: ServerAddress
    process: "subprocess.Popen[bytes]"
    deaths: int = 0

    def kill(self) -> None:
        """End it by SIGKILL, as it is."""
        self.process.kill()
        self.process.wait()
        self.deaths += 1

    def start(self) -> None:
        """Start it again; it recovers first."""
        self.address, self.process = started_in(self.folder, self.kind, _DURABLE, port=self.address.port)


_DURABLE = ("--innodb-flush-log-at-trx-commit=1",)


@contextmanager
def mortal_server(kind: str) -> Iterator[MortalServer]:
    """A new server. Raises :class:`~tests.support.servers.ServerMissing` if none is on the PATH."""
    if binary_of(kind) is None:
        raise ServerMissing(f"no {kind} server: install one")
    with server_folder(f"{kind}-") as folder:
        address, process = started_in(folder, kind, _DURABLE)
        server = MortalServer(kind, folder, address, process)
        try:
            yield server
        finally:
            with suppress(ProcessLookupError):
                server.process.kill()
            server.process.wait()
