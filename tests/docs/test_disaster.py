"""The day you lose a server: the page is played through from its text, with servers that are lost.

Two tenants on MariaDB are backed up. Their databases and users are lost, then the central database as well;
what the page says brings them back, in the end on MySQL and a new central database, with the same digests.
"""

import asyncio
import json
import os
import socketserver
import subprocess
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from piccolo_engines.mysql import MySQLEngine
from tests.api.conftest import KEY
from tests.conftest import Found, address_or_skip, clear, databases
from tests.docs.test_operating import blocks
from tests.support.processes import FREEHOLD, freehold, run
from tests.support.servers import ServerAddress

_THIS = "tests/docs/test_disaster.py"
DOCTOR, RESTORE, ADOPT, BACK, PROVE = (
    "\n".join(block.commands) for block in blocks("disaster") if block.test == _THIS
)


COMMAND = """#!/usr/bin/env bash
exec 3<>"/dev/tcp/127.0.0.1/$COMMANDS"
printf '%s\\0' "$#" "$@" >&3
IFS= read -r status <&3
cat <&3
exit "$status"
"""
"""``freehold`` in the shell: the test's process executes it, with what it has imported already."""


@dataclass
class Machine:
    """A machine with Freehold: its folder, the database server of its tenants, and the store."""

    folder: Path
    database: ServerAddress
    prefix: str
    store: Path

    @property
    def environ(self) -> dict[str, str]:
        return {
            "DATA_DIR": str(self.folder / "var"),
            "CENTRAL_DATABASE_URL": f"sqlite:///{self.folder / 'var' / 'central.sqlite'}",
            "ENCRYPTION_KEY": KEY.secret.hex(),
            "BACKUP_URL": f"file://{self.store}",
            "SQLITE_SYNCHRONOUS": "OFF",
            "DB_HOST": self.database.host,
            "DB_PORT": str(self.database.port),
            "DB_ROOT_USER": self.database.user,
            "DB_ROOT_PASSWORD": self.database.password,
            "DB_PREFIX": self.prefix,
        }

    def freehold(self, *arguments: str) -> str:
        return freehold(list(arguments), folder=self.folder, environ=self.environ)

    def paste(self, block: str, statuses: tuple[int, ...] = (0,)) -> str:
        """Execute a block of the page in a shell; returns what it printed."""
        program = self.folder / "bin" / "freehold"
        program.parent.mkdir(exist_ok=True)
        program.write_text(COMMAND)
        program.chmod(0o755)
        errors: list[str] = []
        with executing(self, errors) as port:
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", block],
                cwd=self.folder,
                env={"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}", "COMMANDS": str(port)},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=280,
                check=False,
            )
        assert done.returncode in statuses, f"{block}\n{done.stdout}\n{done.stderr}\n{errors}"
        return done.stdout

    def digests(self) -> dict[str, str]:
        """Of the newest backup of each tenant, which has to be proven."""
        found: dict[str, str] = {}
        for slug in ("acme", "globex"):
            newest: dict[str, Any] = json.loads(self.freehold("backups", "list", slug))["data"][0]
            assert newest["provenAt"], newest
            found[slug] = newest["digest"]
        return found

    def statuses(self) -> dict[str, str]:
        lines = self.freehold("tenants", "list").splitlines()
        return {one["slug"]: one["status"] for one in map(json.loads, lines)}

    async def lose_database(self) -> None:
        root = MySQLEngine(self.database.config)
        assert await databases(root, self.prefix)
        await clear(root, self.prefix)
        await root.close()


@contextmanager
def executing(machine: Machine, errors: list[str]) -> Iterator[int]:
    """A port on which commands of the machine are executed: ``COMMAND`` is what sends them."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            (count,) = self._words(1)
            done = run(FREEHOLD, self._words(int(count)), folder=machine.folder, environ=machine.environ)
            errors.append(done.stderr)
            self.wfile.write(f"{done.returncode}\n{done.stdout}".encode())

        def _words(self, count: int) -> list[str]:
            return [b"".join(iter(lambda: self.rfile.read(1), b"\0")).decode() for _ in range(count)]

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


@contextmanager
def cleared_after(*addresses: ServerAddress, prefix: str) -> Iterator[None]:
    try:
        yield
    finally:
        for one in addresses:
            asyncio.run(clear(MySQLEngine(one.config), prefix))


@pytest.fixture
def machines(tmp_path: Path, servers_found: Found) -> Iterator[tuple[Machine, Machine]]:
    """The one that is lost, and a new one."""
    mariadb, mysql = (address_or_skip(servers_found, kind) for kind in ("mariadb", "mysql"))
    prefix, folders = f"t{uuid.uuid4().hex[:7]}_", [tmp_path / name for name in ("lost", "new")]
    for folder in folders:
        folder.mkdir()
    with cleared_after(mariadb, mysql, prefix=prefix):
        store = tmp_path / "store"
        yield Machine(folders[0], mariadb, prefix, store), Machine(folders[1], mysql, prefix, store)


async def test_the_day_you_lose_a_server(machines: tuple[Machine, Machine]) -> None:
    lost, new = machines
    lost.freehold("setup")
    for slug in ("acme", "globex"):
        lost.freehold("tenants", "create", slug, "--name", slug, "--admin-email", f"ada@{slug}.example")
    lost.freehold("worker", "--once")  # what there was to send is sent, and not in the backups
    lost.freehold("worker", "--once")  # what there was to send is sent, and not in the backups
    lost.freehold("backups", "run", "--all")
    digests = lost.digests()

    await lost.lose_database()
    complaints = lost.paste(DOCTOR)
    assert all(slug in complaints for slug in digests)
    lost.paste(RESTORE, statuses=(0, 1))
    assert lost.statuses() == dict.fromkeys(digests, "active")
    lost.freehold("backups", "run", "--all")
    assert lost.digests() == digests

    await lost.lose_database()
    (lost.folder / "var" / "central.sqlite").unlink()
    assert "fho_" in new.paste(ADOPT)
    assert new.statuses() == dict.fromkeys(digests, "archived")
    new.paste(BACK)
    assert new.statuses() == dict.fromkeys(digests, "active")
    new.paste(PROVE, statuses=(0, 1))
    assert new.digests() == digests
