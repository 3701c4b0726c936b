"""Archives of a tenant with many records, beside the databases' own tools on the same data.

``python -m benchmarks.archives [--records 100000] [--database sqlite|mariadb|mysql]``

Writes an archive, and loads it into a new database of the same kind, in this process: rows a second, the
processor time of this process for a row, and the memory that each takes at most. Loading includes that
everything is read again and compared. Beside it ``mariadb-dump`` and ``mariadb``, or ``.backup`` and
``.restore`` of ``sqlite3``.
"""

import argparse
import asyncio
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from rich.console import Console

from benchmarks.figures import Figure, report
from benchmarks.million import million
from central.migrations.migrator import Migrator
from piccolo_conf import DB
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.archives.format.keys import ArchiveKey, TenantLock, with_tenant_key
from tenant_schema.archives.format.lines import ArchivedTenant, Manifest
from tenant_schema.archives.service import TenantArchives
from tests.tenant_schema.objects.databases import APP_CONFIGS

__all__ = ["main"]

_AT_LEAST: Final = 20_000
_KEY: Final = bytes(32)
_TENANT: Final = UUID(int=1)
_PIECE: Final = 256 * 1024
_ARCHIVES: Final = TenantArchives("benchmark")
_MICROSECONDS: Final = 1_000_000 / _AT_LEAST
"""Processor time for a row: what a process that waits for nothing may take."""
_MORE_MEMORY: Final = 200.0
"""Megabytes that a million rows may take more than none."""


def _memory() -> float:
    """The memory that this process has had at most, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _written(path: Path) -> None:
    about = ArchivedTenant(id=_TENANT, slug="bench", name="Bench")
    key = ArchiveKey.new(uuid4(), [TenantLock(_TENANT, "k", _KEY)])
    with path.open("wb") as file:
        async for piece in _ARCHIVES.write(about, key, open_secret=str):
            file.write(piece)


async def _loaded(path: Path, engine: Any) -> int:
    async def migrate_to(manifest: Manifest | None) -> None:
        if manifest is not None:
            await Migrator(APP_CONFIGS, DB).create(engine)

    async def pieces() -> AsyncIterator[bytes]:
        with path.open("rb") as file:
            while data := file.read(_PIECE):
                yield data

    with DB.bind(engine):
        done = await _ARCHIVES.load(
            pieces(),
            with_tenant_key(lambda _tenant, _key: _KEY),
            migrate_to=migrate_to,
            open_secret=str,
            seal_secret=str,
            as_other_tenant=False,
        )
    return done.rows


@asynccontextmanager
async def _new(kind: str, folder: Path, source: Any) -> AsyncIterator[Any]:
    """The engine of an empty database beside the source."""
    if kind == "sqlite":
        engine: Any = SQLiteEngine(folder / "loaded.sqlite", synchronous="NORMAL")
        yield engine
        await engine.close()
        return
    name = f"{source.config['database']}_new"
    await source.run_ddl(f'CREATE DATABASE "{name}"')
    engine = MySQLEngine({**source.config, "database": name}, PoolSettings(max_size=4))
    yield engine
    await engine.close()
    await source.run_ddl(f'DROP DATABASE "{name}"')


async def _timed(work: Callable[[], Awaitable[Any]]) -> tuple[float, float]:
    """Return the seconds, and the microseconds of processor time of this process."""
    started, used = time.perf_counter(), time.process_time()
    await work()
    return time.perf_counter() - started, (time.process_time() - used) * 1_000_000


def _run(command: list[str], *, source: Path | None = None, target: Path | None = None) -> float:
    """Run a tool and return the seconds that it took."""
    started = time.perf_counter()
    with (source or Path("/dev/null")).open("rb") as given, (target or Path("/dev/null")).open("wb") as taken:
        subprocess.run(command, stdin=given, stdout=taken, check=True)
    return time.perf_counter() - started


def _tools(kind: str, folder: Path, config: Mapping[str, Any], restored: str) -> tuple[float, float] | None:
    """The seconds that the database's own tools take for a copy and a restore; None if there are none."""
    if kind == "sqlite":
        if shutil.which("sqlite3") is None:
            return None
        copy = folder / "copy.sqlite"
        backup = _run(["sqlite3", str(config["path"]), f".backup '{copy}'"])
        return backup, _run(["sqlite3", str(folder / "restored.sqlite"), f".restore '{copy}'"])
    if shutil.which("mariadb-dump") is None:
        return None
    login = ["-h", config["host"], "-P", str(config["port"]), "-u", config["user"], f"-p{config['password']}"]
    dump, options = folder / "dump.sql", ["--single-transaction", "--hex-blob", "--skip-ssl"]
    taken = _run(["mariadb-dump", *login, *options, str(config["database"])], target=dump)
    return taken, _run(["mariadb", *login, "--skip-ssl", "-f", restored], source=dump)


async def run(kind: str, folder: Path, records: int) -> list[Figure]:
    async with million(kind, folder, records) as engine:
        path, before = folder / "tenant.freehold", _memory()
        exported, writing = await _timed(lambda: _written(path))
        written = _memory() - before
        rows = 0

        async with _new(kind, folder, engine) as new:

            async def load() -> None:
                nonlocal rows
                rows = await _loaded(path, new)

            imported, loading = await _timed(load)
        loaded = _memory() - before
        figures = [
            Figure(f"archive written, {kind}", rows / exported, "rows/s", at_least=_AT_LEAST),
            Figure(f"archive loaded and compared, {kind}", rows / imported, "rows/s", at_least=_AT_LEAST),
            Figure(f"processor time for writing, {kind}", writing / rows, "µs/row", at_most=_MICROSECONDS),
            Figure(f"processor time for loading, {kind}", loading / rows, "µs/row", at_most=_MICROSECONDS),
            Figure(f"memory for writing it, {kind}", written, "MB", at_most=_MORE_MEMORY),
            Figure(f"memory for loading it, {kind}", loaded, "MB", at_most=_MORE_MEMORY),
            Figure(f"size of the archive, {kind}", path.stat().st_size / rows, "bytes a row"),
        ]
        return figures + await _beside(kind, folder, engine, rows)


async def _beside(kind: str, folder: Path, engine: Any, rows: int) -> list[Figure]:
    config, restored = {"path": engine.path} if kind == "sqlite" else engine.config, ""
    if kind != "sqlite":
        restored = f"{config['database']}_restored"
        await engine.run_ddl(f'CREATE DATABASE "{restored}"')
    found = await asyncio.to_thread(_tools, kind, folder, config, restored)
    if found is None:
        return []
    names = (".backup", ".restore") if kind == "sqlite" else ("mariadb-dump", "mariadb")
    return [Figure(f"{name}, {kind}", rows / took, "rows/s") for name, took in zip(names, found, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--database", choices=["sqlite", "mariadb", "mysql"], default="sqlite")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="freehold-archives-") as folder:
        figures = asyncio.run(run(given.database, Path(folder), given.records))
    report(Console(), figures)


if __name__ == "__main__":
    main()
