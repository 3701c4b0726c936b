"""The ``.env`` file for local use, readable by its owner only."""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = ["remember_port", "write_env_file"]

_CONTENT: Final = """\
# Written by `freehold setup` for use on this machine; .env.example lists all settings.
# Keep the key: stored credentials cannot be decrypted without it.
LITESTAR_APP=api.app:create_app
FREEHOLD_LOCAL=1
ENCRYPTION_KEY={key}
"""


_PORT: Final = re.compile(r"^[ \t]*(?:export[ \t]+)?PORT[ \t]*=.*$", re.MULTILINE)


def write_env_file(path: Path) -> bool:
    """Write the file with a new key, unless it exists. Returns whether it was written."""
    if os.path.lexists(path):
        return False
    draft = _draft(path, _CONTENT.format(key=secrets.token_hex(32)), mode=0o600)
    try:
        os.link(draft, path)  # unlike rename, never replaces a file that came in between
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def remember_port(path: Path, port: int) -> None:
    """Set ``PORT`` in the file. Keeps the file's mode and other lines.

    Raises ``OSError`` when the file cannot be read or replaced.
    """
    text, line = path.read_text(encoding="utf-8"), f"PORT={port}"
    if _PORT.search(text):
        changed = _PORT.sub(line, text)
    else:
        changed = f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}{line}\n"
    if changed == text:
        return
    draft = _draft(path, changed, mode=path.stat().st_mode & 0o777)
    try:
        draft.replace(path.resolve())
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


def _draft(path: Path, content: str, *, mode: int) -> Path:
    """Write the content to a new file next to ``path``, synced to disk."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft
