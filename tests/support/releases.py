"""The last release and the next one, as folders of packages that processes are started from."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.support.processes import ROOT

__all__ = ["last_release", "next_release"]

_PACKAGES = ("api", "central", "extensions", "piccolo_engines", "tenant_schema")
_FILES = ("piccolo_conf.py", "pyproject.toml", "README.md", "LICENSE")
_APP = "tenant_schema/records"
_EXPANSION = """
from piccolo.apps.migrations.auto.migration_manager import MigrationManager

ID = "2999-01-01T00:00:00:000000"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="records", description="")
    manager.add_table("ReleaseNote", "release_notes")
    return manager
"""


def last_release(folder: Path) -> Path:
    """Build the wheel of the last tag, or of this tree as long as there is none, and unpack it."""
    source, unpacked = folder / "source", folder / "last"
    described = _git("describe", "--tags", "--abbrev=0")
    if described.returncode == 0:
        source.mkdir()
        archive = _git("archive", described.stdout.decode().strip()).stdout
        subprocess.run(["tar", "-x", "-C", str(source)], input=archive, check=True)
    else:
        _copy(source)
    build = f"from setuptools.build_meta import build_wheel; build_wheel({str(folder)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    (wheel,) = folder.glob("freehold-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(unpacked)
    return unpacked


def next_release(folder: Path) -> Path:
    """Copy this tree, with another version and a migration that expands tenants' databases."""
    released = folder / "next"
    _copy(released)
    about = released / "freehold-99.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: freehold\nVersion: 99.0\n")
    (released / _APP / "piccolo_migrations" / "records_2999_01_01t00_00_00_000000.py").write_text(_EXPANSION)
    return released


def _copy(target: Path) -> None:
    target.mkdir()
    for name in _PACKAGES:
        shutil.copytree(ROOT / name, target / name)
    for name in _FILES:
        shutil.copy(ROOT / name, target / name)


def _git(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
