"""HAProxy as deploy/galera configures it, before a cluster on loopback."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from tests.support.galera import Node
from tests.support.processes import ROOT, environment
from tests.support.servers import ServerMissing, free_port
from tests.support.waiting import until_sync

__all__ = ["Proxy", "haproxy"]

_GALERA = ROOT / "deploy" / "galera"


@dataclass(frozen=True)
class Proxy:
    """The ports that lead to the writer, and to any node."""

    writer: int
    readers: int
    pid: int = 0

    def reload(self) -> None:
        """Have new processes take over, as after a change of the configuration. Old connections stay."""
        before = self._processes()
        os.kill(self.pid, signal.SIGUSR2)
        until_sync(lambda: self._processes() - before)

    def _processes(self) -> set[int]:
        return {one.pid for one in psutil.Process(self.pid).children()}

    def writers(self, connections: int = 3) -> set[str]:
        """The ports of the nodes that so many new connections are led to."""
        return {self._port_of_the_node() for _ in range(connections)}

    def _port_of_the_node(self) -> str:
        client = ["mariadb", "--no-defaults", "-h127.0.0.1", f"-P{self.writer}", "-uhaproxy"]
        done = subprocess.run(
            [*client, "-Nse", "SELECT @@port"], capture_output=True, text=True, check=False, timeout=30
        )
        return done.stdout.strip()


@contextlib.contextmanager
def haproxy(nodes: Sequence[Node], folder: Path) -> Iterator[Proxy]:
    """HAProxy, once it leads to a writer.

    :raises ServerMissing: when it is not installed.
    """
    binary = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    if binary is None:
        raise ServerMissing("no HAProxy: install haproxy")
    nodes[0].ask("CREATE USER haproxy@'127.0.0.1'")
    proxy, environ = Proxy(free_port(), free_port()), {"CHECK": str(_GALERA / "check-node")}
    environ |= {f"NODE_{number}": f"127.0.0.1:{one.address.port}" for number, one in enumerate(nodes, 1)}
    environ |= {"WRITER": f"127.0.0.1:{proxy.writer}", "READERS": f"127.0.0.1:{proxy.readers}"}
    environ |= {"PEERS": f"127.0.0.1:{free_port()}"}
    log = folder / "haproxy.log"
    with log.open("wb") as out:
        command = [binary, "-W", "-L", "tests", "-f", str(_GALERA / "haproxy.cfg")]
        process = subprocess.Popen(command, env=environment(environ), stdout=out, stderr=out)
    try:
        until_sync(lambda: process.poll() is not None or proxy.writers(1) == {str(nodes[0].address.port)})
        assert process.poll() is None, log.read_text()
        yield replace(proxy, pid=process.pid)
    finally:
        process.terminate()
        process.wait()
