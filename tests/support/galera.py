"""A Galera cluster of MariaDB nodes on loopback, made of what is installed.

Further nodes start from a copy of the first one's folder, so that no state has to be transferred.
"""

import contextlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.support.servers import ServerAddress, ServerMissing, binary_of, free_port, server_folder

__all__ = ["Node", "galera_cluster", "galera_nodes"]

_PROVIDERS = ("/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera/libgalera_smm.so")
_START_SECONDS = 180
_AS_ROOT = ["--user=root"] if os.geteuid() == 0 else []


class Node:
    """One server of the cluster, which can be killed and started again."""

    def __init__(self, binary: str, provider: str, folder: Path, group: int) -> None:
        self._binary, self._provider, self._folder = binary, provider, folder
        self._group, self._others = group, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.address = ServerAddress("127.0.0.1", free_port(), "root", "")

    def start(self, peers: Sequence["Node"], size: int) -> None:
        """Start, and wait until this node is one of ``size``. Without peers it begins a cluster."""
        addresses = ",".join(f"127.0.0.1:{one._group}" for one in peers)
        self._run(self._options(addresses) if peers else [*self._options(""), "--wsrep-new-cluster"])
        self._wait_until_synced(size)

    def start_again(self, peers: Sequence["Node"], size: int) -> None:
        """Start after :meth:`kill`, from the position in the cluster's history that InnoDB knows."""
        recover = self._command([*self._options(""), "--wsrep-recover"])
        done = subprocess.run(recover, capture_output=True, text=True, check=False)
        found = re.findall(r"Recovered position:? *(\S+)", done.stderr + done.stdout)
        addresses = ",".join(f"127.0.0.1:{one._group}" for one in peers)
        self._run([*self._options(addresses), f"--wsrep-start-position={found[-1]}"])
        self._wait_until_synced(size)

    def kill(self) -> None:
        """End the server as a power failure does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """Let the server end, and write its position."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait()

    def ask(self, sql: str) -> str:
        """Execute SQL as root. Returns the rows as text, or what the error says."""
        to = ["-h", self.address.host, "-P", str(self.address.port), "-u", self.address.user]
        done = subprocess.run(
            ["mariadb", "--no-defaults", *to, "-Nse", sql], capture_output=True, text=True, check=False
        )
        return done.stdout.strip() or done.stderr.strip()

    def begin_history(self, copies: Sequence["Node"]) -> None:
        """Run alone, so that the folder knows a position in the cluster's history; copy it."""
        (self._folder / "my.cnf").write_text("[sst]\nsst-log-archive=0\n")
        self.start([], 1)
        self.ask("CREATE DATABASE begun; DROP DATABASE begun")
        self.stop()
        for one in copies:
            one._folder.mkdir()
            for name in ("data", "tmp"):
                shutil.copytree(self._folder / name, one._folder / name)
            shutil.copy(self._folder / "my.cnf", one._folder)
        state = self._folder / "data" / "grastate.dat"
        state.write_text(state.read_text().replace("safe_to_bootstrap: 0", "safe_to_bootstrap: 1"))

    def install(self) -> None:
        """Create the first node's data."""
        (self._folder / "tmp").mkdir(parents=True)
        command = ["mariadb-install-db", "--no-defaults", *_AS_ROOT, f"--datadir={self._folder / 'data'}"]
        command.append("--auth-root-authentication-method=normal")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServerMissing(f"mariadb-install-db: {done.stderr[-500:]}")

    def _run(self, options: Sequence[str]) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command(options), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def _command(self, options: Sequence[str]) -> list[str]:
        folder = self._folder
        return [
            self._binary, f"--defaults-file={folder / 'my.cnf'}", *_AS_ROOT, f"--datadir={folder / 'data'}",
            f"--tmpdir={folder / 'tmp'}", f"--socket={folder / 'sock'}", f"--pid-file={folder / 'pid'}",
            f"--port={self.address.port}", "--bind-address=127.0.0.1", "--skip-name-resolve",
            "--skip-log-bin", "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2",
            "--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=0",
            "--innodb-flush-method=nosync", *options,
        ]  # fmt: skip

    def _options(self, addresses: str) -> list[str]:
        settings = (
            f"gmcast.listen_addr=tcp://127.0.0.1:{self._group};ist.recv_addr=127.0.0.1:{self._others};"
            "gcache.size=32M;evs.keepalive_period=PT0.3S;evs.inactive_check_period=PT0.3S;"
            "evs.suspect_timeout=PT1S;evs.inactive_timeout=PT3S"
        )
        return [
            "--wsrep-on=ON",
            f"--wsrep-provider={self._provider}",
            f"--wsrep-provider-options={settings}",
            f"--wsrep-cluster-address=gcomm://{addresses}",
            "--wsrep-cluster-name=tests",
            f"--wsrep-node-address=127.0.0.1:{self._group}",
            f"--wsrep-node-name=n{self._group}",
            "--wsrep-sst-method=mariabackup",  # it is only used to say that what was written since will come
            "--wsrep-sst-auth=root:",
            f"--wsrep-sst-receive-address=127.0.0.1:{free_port()}",
        ]

    def _wait_until_synced(self, size: int) -> None:
        deadline = time.monotonic() + _START_SECONDS
        sql = (
            "SELECT GROUP_CONCAT(variable_value ORDER BY variable_name DESC SEPARATOR ' ') "
            "FROM information_schema.global_status "
            "WHERE variable_name IN ('wsrep_local_state_comment', 'wsrep_cluster_size')"
        )
        while time.monotonic() < deadline:
            if self.ask(sql) == f"Synced {size}":
                return
            time.sleep(0.1)
        log = (self._folder / "log").read_text(errors="replace")
        raise ServerMissing(f"the node did not join:\n{log[-2000:]}")


@contextlib.contextmanager
def galera_nodes(size: int) -> Iterator[Sequence[Node]]:
    """A cluster of so many nodes.

    :raises ServerMissing: when MariaDB or Galera is not installed, or the cluster does not come up.
    """
    binary = binary_of("mariadb")
    provider = next((one for one in _PROVIDERS if Path(one).exists()), None)
    if binary is None or provider is None or shutil.which("mariabackup") is None:
        raise ServerMissing("no Galera: install mariadb-server, galera-4, mariadb-backup and socat")
    with server_folder("galera-") as folder:
        nodes = [Node(binary, provider, folder / f"n{number}", free_port()) for number in range(size)]
        try:
            nodes[0].install()
            nodes[0].begin_history(nodes[1:])
            for number, node in enumerate(nodes):
                node.start(nodes[:number], number + 1)
            yield nodes
        finally:
            for node in nodes:
                node.kill()  # nobody needs what they have


@contextlib.contextmanager
def galera_cluster() -> Iterator[Sequence[ServerAddress]]:
    """The addresses of two nodes. Raises as :func:`galera_nodes`."""
    with galera_nodes(2) as nodes:
        yield [node.address for node in nodes]
