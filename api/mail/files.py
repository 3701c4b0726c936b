"""Writes mails to files, where there is no mail server: in local mode."""

import os
from email.message import EmailMessage
from pathlib import Path

__all__ = ["FileTransport"]


class FileTransport:
    """Writes each mail to a file of the folder that only its owner may read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, message: EmailMessage, name: str) -> Path:
        """Write the mail as ``<name>.eml`` and return the file. The same name replaces it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._folder / f"{name}.eml"
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
            opened.write(bytes(message))
        return file
