"""A Galera cluster of two MariaDB nodes on loopback, made of what is installed.

The second node starts from a copy of the first one's folder, so that no state has to be transferred.
"""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.support.servers import ServerAddress, ServerMissing, binary_of, free_port, server_folder

__all__ = ["galera_cluster"]

_PROVIDERS = ("/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera/libgalera_smm.so")
_START_SECONDS = 60
_NODES = 2
_AS_ROOT = ["--user=root"] if os.geteuid() == 0 else []


@contextlib.contextmanager
def galera_cluster() -> Iterator[Sequence[ServerAddress]]:
    """The addresses of the nodes.

    :raises ServerMissing: when MariaDB or Galera is not installed, or the cluster does not come up.
    """
    binary = binary_of("mariadb")
    provider = next((one for one in _PROVIDERS if Path(one).exists()), None)
    if binary is None or provider is None or shutil.which("mariabackup") is None:
        raise ServerMissing("no Galera: install mariadb-server, galera-4, mariadb-backup and socat")
    with server_folder("galera-") as folder, contextlib.ExitStack() as stack:
        folders = [folder / f"n{number}" for number in range(_NODES)]
        group = [free_port() for _ in folders]
        _install(folders)
        _begin_history(binary, folders, _options(provider, group[0], ""))
        addresses = []
        for number, own in enumerate(folders):
            peers = ",".join(f"127.0.0.1:{port}" for port in group[:number])
            options = _options(provider, group[number], peers)
            addresses.append(stack.enter_context(_node(binary, own, options)))
            _wait_until_synced(addresses[-1], number + 1, own / "log")
        yield addresses


def _install(folders: Sequence[Path]) -> None:
    for own in folders:
        (own / "tmp").mkdir(parents=True)
        (own / "my.cnf").write_text("[sst]\nsst-log-archive=0\n")
    command = ["mariadb-install-db", "--no-defaults", *_AS_ROOT, f"--datadir={folders[0] / 'data'}"]
    command.append("--auth-root-authentication-method=normal")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServerMissing(f"mariadb-install-db: {done.stderr[-500:]}")


def _begin_history(binary: str, folders: Sequence[Path], options: Sequence[str]) -> None:
    """Run the first node alone, so that its folder knows a position in the cluster's history; copy it."""
    with _node(binary, folders[0], options, ends_in_peace=True) as address:
        _wait_until_synced(address, 1, folders[0] / "log")
        _ask(address, "CREATE DATABASE begun; DROP DATABASE begun")
    for own in folders[1:]:
        shutil.copytree(folders[0] / "data", own / "data")
    state = folders[0] / "data" / "grastate.dat"
    state.write_text(state.read_text().replace("safe_to_bootstrap: 0", "safe_to_bootstrap: 1"))


def _options(provider: str, port: int, peers: str) -> list[str]:
    settings = (
        f"gmcast.listen_addr=tcp://127.0.0.1:{port};ist.recv_addr=127.0.0.1:{free_port()};gcache.size=32M;"
        "evs.keepalive_period=PT0.3S;evs.inactive_check_period=PT0.3S;evs.suspect_timeout=PT1S;"
        "evs.inactive_timeout=PT3S"
    )
    return [
        "--wsrep-on=ON",
        f"--wsrep-provider={provider}",
        f"--wsrep-provider-options={settings}",
        f"--wsrep-cluster-address=gcomm://{peers}",
        "--wsrep-cluster-name=tests",
        f"--wsrep-node-address=127.0.0.1:{port}",
        f"--wsrep-node-name=n{port}",
        "--wsrep-sst-method=mariabackup",  # it is only used to say that what was written since will come
        "--wsrep-sst-auth=root:",
        f"--wsrep-sst-receive-address=127.0.0.1:{free_port()}",
        *([] if peers else ["--wsrep-new-cluster"]),
    ]


@contextlib.contextmanager
def _node(
    binary: str, folder: Path, options: Sequence[str], *, ends_in_peace: bool = False
) -> Iterator[ServerAddress]:
    port = free_port()
    command = [
        binary, f"--defaults-file={folder / 'my.cnf'}", *_AS_ROOT, f"--datadir={folder / 'data'}",
        f"--tmpdir={folder / 'tmp'}", f"--socket={folder / 'sock'}", f"--pid-file={folder / 'pid'}",
        f"--port={port}", "--bind-address=127.0.0.1", "--skip-name-resolve", "--skip-log-bin",
        "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2", "--innodb-buffer-pool-size=64M",
        "--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync", *options,
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            yield ServerAddress("127.0.0.1", port, "root", "")
        finally:
            if ends_in_peace:
                process.terminate()
            else:
                process.kill()  # nobody needs what it has
            process.wait()


def _wait_until_synced(address: ServerAddress, size: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    sql = (
        "SELECT GROUP_CONCAT(variable_value ORDER BY variable_name DESC SEPARATOR ' ') "
        "FROM information_schema.global_status "
        "WHERE variable_name IN ('wsrep_local_state_comment', 'wsrep_cluster_size')"
    )
    while time.monotonic() < deadline:
        if _ask(address, sql) == f"Synced {size}":
            return
        time.sleep(0.1)
    raise ServerMissing(f"the node did not join:\n{log.read_text(errors='replace')[-2000:]}")


def _ask(address: ServerAddress, sql: str) -> str:
    command = ["mariadb", "--no-defaults", "-h", address.host, "-P", str(address.port), "-u", address.user]
    done = subprocess.run([*command, "-Nse", sql], capture_output=True, text=True, check=False)
    return done.stdout.strip()
