"""The options of commands that open an archive: a passphrase or a private key, from a file or a prompt."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import rich_click as click

from api.cli.console import fail
from tenant_schema.archives.format.header import Header
from tenant_schema.archives.format.key_text import parse_private_key
from tenant_schema.archives.format.keys import Unlock, with_identity, with_passphrase

__all__ = ["key_options", "passphrase_from", "prompted_unlock", "required_unlock"]

_Command = TypeVar("_Command", bound=Callable[..., Any])
_LONGEST_KEY_FILE = 10_000
_PATH = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


def key_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--passphrase-file`` and ``--identity`` to a command, and pass it ``unlock``, None without."""

    @click.option(
        "--passphrase-file",
        type=_PATH,
        metavar="FILE",
        help="Open it with the passphrase in this file; - is standard input.",
    )
    @click.option(
        "--identity",
        type=_PATH,
        metavar="FILE",
        help="Open it with the private key in this file, as `freehold archive keygen` writes it.",
    )
    @functools.wraps(command)
    def opening(*, passphrase_file: Path | None, identity: Path | None, **given: Any) -> Any:
        if passphrase_file is not None and identity is not None:
            raise click.UsageError("--passphrase-file and --identity exclude each other.")
        unlock: Unlock | None = None
        if passphrase_file is not None:
            unlock = with_passphrase(passphrase_from(passphrase_file))
        if identity is not None:
            try:
                unlock = with_identity(parse_private_key(_text(identity)))
            except ValueError as error:
                raise click.UsageError(str(error)) from None
        return command(unlock=unlock, **given)

    return opening


def passphrase_from(file: Path) -> str:
    """Return the passphrase in a file: its text without the newline at the end."""
    return _text(file).removesuffix("\n").removesuffix("\r")


def prompted_unlock(header: Header) -> Unlock | None:
    """Prompt for the passphrase of an archive that has one. Returns None without a terminal."""
    if header.slots("passphrase") and sys.stdin.isatty():
        return with_passphrase(click.prompt("Passphrase", hide_input=True, err=True))
    return None


def required_unlock(header: Header) -> Unlock:
    """As :func:`prompted_unlock`, but end the command instead of returning None."""
    unlock = prompted_unlock(header)
    if unlock is None:
        fail("The archive is sealed. Give --passphrase-file or --identity.")
    return unlock


def _text(file: Path) -> str:
    with click.open_file(str(file), encoding="utf-8", errors="replace") as stream:
        text: str = stream.read(_LONGEST_KEY_FILE)
    return text
