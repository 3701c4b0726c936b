"""Checks of files and folders: their permissions, and free disk space."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from api.checkup.finding import Finding, error, fine, warning
from central.settings.settings import Settings

__all__ = ["check_files"]

_LEAST_FREE = 1024**3
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_files(settings: Settings, env_file: Path) -> list[Finding]:
    """Check the .env file, the data folder, and the disk of the data folder."""
    return [*_env_file(env_file), *_data(settings.data_dir), *_central(settings)]


def _env_file(path: Path) -> Iterator[Finding]:
    if not path.exists():
        return
    if path.stat().st_mode & _OTHERS:
        yield error(
            str(path), "Other users of this machine may read the encryption key.", f"chmod 600 {path}"
        )
    else:
        yield fine(str(path), "Only its owner may read it.")


def _data(folder: Path) -> Iterator[Finding]:
    about = str(folder)
    if not folder.is_dir():
        yield error(about, "The data folder does not exist.", "freehold setup")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield error(about, "This user may not write to the data folder.", f"chown -R $(id -un) {folder}")
    elif folder.stat().st_mode & _OTHERS:
        yield error(about, "Other users of this machine may read the data.", f"chmod 700 {folder}")
    else:
        yield fine(about, "Only its owner may read it.")
    free = shutil.disk_usage(folder).free
    if free < _LEAST_FREE:
        yield warning(
            about, f"{free // 1024**2} MiB are free on its disk.", "Free disk space, or move DATA_DIR."
        )


def _central(settings: Settings) -> Iterator[Finding]:
    """Check a central database outside of the data folder, which protects one inside."""
    kind, _, path = settings.central_database_url.partition(":///")
    file = Path(path)
    if kind != "sqlite" or not file.exists() or settings.data_dir.resolve() in file.resolve().parents:
        return
    if file.stat().st_mode & _OTHERS:
        yield error(
            str(file), "Other users of this machine may read the central database.", f"chmod 600 {file}"
        )
