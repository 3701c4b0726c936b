"""The options of commands that open an archive: a passphrase, a private key, or the data key of a tenant."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import rich_click as click

from api.cli.console import fail
from api.cli.session import load_settings
from central.backups.data_keys import SealedDataKey
from central.errors import VaultError
from central.secrets.vault import Vault
from tenant_schema.archives.format.header import Header
from tenant_schema.archives.format.key_text import parse_private_key
from tenant_schema.archives.format.keys import Unlock, with_identity, with_passphrase, with_tenant_key

__all__ = ["key_options", "passphrase_from", "prompted_unlock", "required_unlock"]

_LONGEST_KEY_FILE = 10_000
_PATH = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


def key_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--passphrase-file``, ``--identity`` and ``--tenant-key`` to a command.

    It gets ``unlock``, which is None without one of them.
    """

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
    @click.option(
        "--tenant-key",
        type=_PATH,
        metavar="FILE",
        help="Open a backup with the sealed data key that lies beside it in the store, and ENCRYPTION_KEY.",
    )
    @functools.wraps(command)
    def opening(
        *, passphrase_file: Path | None, identity: Path | None, tenant_key: Path | None, **given: Any
    ) -> Any:
        if [passphrase_file, identity, tenant_key].count(None) < 2:
            raise click.UsageError("--passphrase-file, --identity and --tenant-key exclude each other.")
        unlock: Unlock | None = None
        if passphrase_file is not None:
            unlock = with_passphrase(passphrase_from(passphrase_file))
        if identity is not None:
            try:
                unlock = with_identity(parse_private_key(_text(identity)))
            except ValueError as error:
                raise click.UsageError(str(error)) from None
        if tenant_key is not None:
            unlock = _with_sealed_key(tenant_key)
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
        fail("The archive is sealed. Give --passphrase-file, --identity or --tenant-key.")
    return unlock


def _with_sealed_key(file: Path) -> Unlock:
    """Open by a tenant's data key as backups have it beside them. Ends the command if it cannot be opened."""
    found = SealedDataKey.parse(_text(file).encode())
    if found is None:
        raise click.UsageError(f"{file} is not the sealed data key of a tenant.")
    vault = Vault(load_settings().encryption_keys)
    try:
        secret = bytes.fromhex(vault.open(found.sealed, found.tenant))
    except VaultError as error:
        fail(str(error))

    def key_of(tenant: UUID, key_id: str) -> bytes | None:
        return secret if (tenant, key_id) == (found.tenant, found.key) else None

    return with_tenant_key(key_of)


def _text(file: Path) -> str:
    with click.open_file(str(file), encoding="utf-8", errors="replace") as stream:
        text: str = stream.read(_LONGEST_KEY_FILE)
    return text
