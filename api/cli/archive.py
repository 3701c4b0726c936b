"""``freehold archive``: verifies and shows archives of tenants, and creates key pairs. Needs no database."""

import os
from pathlib import Path
from uuid import UUID

import rich_click as click

from api.cli.archive_keys import key_options, prompted_unlock, required_unlock
from api.cli.console import Output, fail, say, with_output
from api.cli.progress import transfer
from api.schemas.common import Output as Result
from tenant_schema.archives.format.errors import ArchiveError
from tenant_schema.archives.format.file import VerifiedArchive, opened_manifest, read_header, verified
from tenant_schema.archives.format.header import Header
from tenant_schema.archives.format.key_text import new_key_pair
from tenant_schema.archives.format.keys import Unlock
from tenant_schema.archives.format.lines import Manifest

__all__ = ["archive"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class _KeyFile(Result):
    """Where the private half is, and the public half."""

    file: str
    public_key: str


class _Shown(Result):
    """What can be read at the beginning of an archive. ``manifest`` is null without a key."""

    archive: UUID
    bytes: int
    keys: list[str]
    manifest: Manifest | None


class _TableSize(Result):
    """A table of an archive."""

    table: str
    rows: int
    sha256: str


class _Verified(Result):
    """An archive that was read completely."""

    archive: UUID
    bytes: int
    digest: str
    rows: int
    manifest: Manifest
    tables: list[_TableSize]

    @classmethod
    def of(cls, found: VerifiedArchive) -> "_Verified":
        """Return what a command prints."""
        tables = [_TableSize(one.end, one.rows, one.sha256) for one in found.sums]
        trailer = found.trailer
        return cls(found.archive, found.bytes, trailer.digest, trailer.rows, found.manifest, tables)


@click.group()
def archive() -> None:
    """Archives of tenants as files: verify and show them, create key pairs for them.

    These commands need no database.
    """


@archive.command("keygen")
@click.argument("file", type=click.Path(path_type=Path))
@with_output
def _keygen(file: Path, out: Output) -> None:
    """Create a key pair, and write its private half to FILE, which must not exist.

    The public half is printed: `--recipient` seals archives for it. Only the private half opens them.
    """
    pair = new_key_pair()
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(f"# The public key is {pair.public}\n{pair.private}\n")
    except FileExistsError:
        fail(f"{file} exists already. Another key in its place could open nothing that was sealed for it.")
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}.")
    out.one(_KeyFile(str(file), pair.public), lambda: say(pair.public))


@archive.command("show")
@click.argument("file", type=_FILE)
@key_options
@with_output
def _show(file: Path, unlock: Unlock | None, out: Output) -> None:
    """Show what FILE is: whose archive, taken when, and which kinds of keys open it.

    Reads the beginning of the file only; without a key, only what is not sealed. `verify` reads all of it.
    """
    try:
        header = read_header(file)
        unlock = unlock or prompted_unlock(header)
        manifest = None if unlock is None else opened_manifest(file, unlock)
    except ArchiveError as error:
        fail(error.reason)
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}.")
    kinds = [str(slot.get("kind")) for slot in header.keys]
    shown = _Shown(header.archive, file.stat().st_size, kinds, manifest)
    out.one(shown, lambda: _print_shown(shown, header))


@archive.command("verify")
@click.argument("file", type=_FILE)
@key_options
@with_output
def _verify(file: Path, unlock: Unlock | None, out: Output) -> None:
    """Read FILE completely and compare every sum, then print its tables and digest.

    The exit status is 1 if a byte is wrong, missing or too many.
    """
    size = file.stat().st_size
    try:
        unlock = unlock or required_unlock(read_header(file))
        with transfer(out, "Verifying", size) as progress:
            found = verified(file, unlock, progress.at)
    except ArchiveError as error:
        fail(error.reason)
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}.")
    result = _Verified.of(found)
    out.one(result, lambda: _print_verified(result))


def _print_manifest(manifest: Manifest) -> None:
    tenant = manifest.tenant
    say(f"  tenant    {tenant.name} ({tenant.slug}, {tenant.id})")
    if tenant.domains:
        say(f"  domains   {', '.join(tenant.domains)}")
    say(f"  taken     {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC, from {manifest.engine}")
    say(f"  version   {manifest.product}")


def _print_shown(shown: _Shown, header: Header) -> None:
    say(f"The archive {shown.archive}, {shown.bytes:,} bytes")
    if shown.manifest is not None:
        _print_manifest(shown.manifest)
    say(f"  keys      {', '.join(shown.keys)}")
    if shown.manifest is None:
        kinds = sorted({str(slot.get("kind")) for slot in header.keys})
        say(f"Its contents are sealed. One of these opens it: {', '.join(kinds)}.")


def _print_verified(result: _Verified) -> None:
    say(f"The archive {result.archive} is whole: {result.bytes:,} bytes, {result.rows:,} rows")
    _print_manifest(result.manifest)
    say(f"  digest    {result.digest}")
    for table in result.tables:
        if table.rows:
            say(f"  {table.rows:>12,}  {table.table}")
