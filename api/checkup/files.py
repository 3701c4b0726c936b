"""Files and folders: who else may read them, and whether there is room."""

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
    """The file of secrets, the folder of data, and the disk that it is on."""
    return [*_env_file(env_file), *_data(settings.data_dir), *_central(settings)]


def _env_file(path: Path) -> Iterator[Finding]:
    if not path.exists():
        return
    if path.stat().st_mode & _OTHERS:
        yield error(str(path), "Others on this machine may read the encryption key.", f"chmod 600 {path}")
    else:
        yield fine(str(path), "Only its owner may read it.")


def _data(folder: Path) -> Iterator[Finding]:
    about = str(folder)
    if not folder.is_dir():
        yield error(about, "The data folder is not there.", "freehold setup")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield error(about, "This user may not write to the data folder.", f"chown -R $(id -un) {folder}")
    elif folder.stat().st_mode & _OTHERS:
        yield error(about, "Others on this machine may look into the data.", f"chmod 700 {folder}")
    else:
        yield fine(about, "Only its owner may look into it.")
    free = shutil.disk_usage(folder).free
    if free < _LEAST_FREE:
        yield warning(about, f"{free // 1024**2} MiB are free on its disk.", "Make room, or move DATA_DIR.")


def _central(settings: Settings) -> Iterator[Finding]:
    """A central database of its own place; in the data folder it is safe with that."""
    kind, _, path = settings.central_database_url.partition(":///")
    file = Path(path)
    if kind != "sqlite" or not file.exists() or settings.data_dir.resolve() in file.resolve().parents:
        return
    if file.stat().st_mode & _OTHERS:
        yield error(str(file), "Others on this machine may read the central database.", f"chmod 600 {file}")
