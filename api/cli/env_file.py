"""The ``.env`` file that local use needs, written once, readable by its owner alone."""

import os
import secrets
from pathlib import Path
from typing import Final

__all__ = ["write_env_file"]

_CONTENT: Final = """\
# Written by `freehold setup` for use on this machine; .env.example lists what else can be set.
# Keep the key: without it, the credentials stored under it cannot be read again.
LITESTAR_APP=api.app:create_app
FREEHOLD_LOCAL=1
ENCRYPTION_KEY={key}
"""


def write_env_file(path: Path) -> bool:
    """Writes the file, whole, with a key of its own, unless there is one; whether it was written."""
    if os.path.lexists(path):
        return False
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(_CONTENT.format(key=secrets.token_hex(32)))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # unlike rename, never replaces a file that came in between
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True
