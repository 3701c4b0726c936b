"""``freehold tenants export`` and ``import``: tenants as files."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import rich_click as click

from api.cli.archive_keys import key_options, passphrase_from, required_unlock
from api.cli.completion import tenant_slugs
from api.cli.console import Output, fail, say, with_output
from api.cli.progress import Steps, transfer
from api.cli.session import ACTOR, load_settings, run, tenant_called
from api.composition import Platform
from api.operations.archives import TenantExport, TenantImport
from api.operations.create_tenant import faults_of
from api.schemas.archives import ImportedResponse
from api.schemas.common import Output as Result
from central.hostnames import parse_tenant_domain
from central.provisioning.types import TenantRequest
from central.servers import server_name
from central.settings.settings import Settings
from central.slugs import parse_tenant_name
from tenant_schema.archives.format.errors import ArchiveError
from tenant_schema.archives.format.file import read_header
from tenant_schema.archives.format.key_text import parse_public_key
from tenant_schema.archives.format.keys import Lock, PassphraseLock, RecipientLock, Unlock
from tenant_schema.archives.service import Progress

__all__ = ["export_tenant", "import_tenant"]

_PATH = click.Path(dir_okay=False, path_type=Path)
_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


class _Exported(Result):
    """A file that has a tenant."""

    slug: str
    file: str
    bytes: int
    rows: int


@click.command("export")
@click.argument("slug", shell_complete=tenant_slugs)
@click.argument("file", type=_PATH)
@click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    metavar="FILE",
    help="Seal it with the passphrase in this file; - is standard input.",
)
@click.option(
    "--recipient", metavar="KEY", help="Seal it for a public key, as `freehold archive keygen` prints it."
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@with_output
def export_tenant(
    slug: str, file: Path, passphrase_file: Path | None, recipient: str | None, force: bool, out: Output
) -> None:
    """Write everything of the tenant SLUG into FILE, as it is at one moment, while it is served.

    Nobody can open the file without the passphrase or the recipient's private key. Without either, the
    passphrase is prompted for. FILE is there once it is complete.
    """
    if file.exists() and not force:
        fail(f"{file} exists already; --force replaces it.")
    locks = _locks(passphrase_file, recipient)
    settings = load_settings()
    try:
        with _whole(file) as stream:
            done = run(settings, lambda platform: _export(platform, slug, locks, stream, out))
    except ArchiveError as error:
        fail(error.reason)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}.")
    result = _Exported(slug, str(file), done.size, done.rows)
    out.one(result, lambda: say(f"{file} has the tenant {slug}: {done.rows:,} rows, {done.size:,} bytes."))


async def _export(
    platform: Platform, slug: str, locks: list[Lock], stream: BinaryIO, out: Output
) -> Progress:
    record = await tenant_called(platform, slug)
    last = Progress(0, None, 0)
    with transfer(out, f"Exporting {slug}", None) as progress:

        def report(now: Progress) -> None:
            nonlocal last
            last = now
            progress.at(now.size, now.rows)

        async for piece in await TenantExport(platform, ACTOR).begin(record.ref.id, locks, report):
            stream.write(piece)
    return last


@contextmanager
def _whole(file: Path) -> Iterator[BinaryIO]:
    """A file beside, which gets the name at the end of the block, and is deleted after an error."""
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    stream = os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    try:
        with stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(file)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def _locks(passphrase_file: Path | None, recipient: str | None) -> list[Lock]:
    locks: list[Lock] = []
    try:
        if recipient is not None:
            locks.append(RecipientLock(parse_public_key(recipient)))
        if passphrase_file is not None:
            locks.append(PassphraseLock(passphrase_from(passphrase_file)))
        if not locks:
            text = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
            locks.append(PassphraseLock(text))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    return locks


@click.command("import")
@click.argument("file", type=_EXISTING)
@click.option("--slug", required=True, help="The slug of the new tenant.")
@click.option("--name", help="The display name. Default: that of the archive's tenant.")
@click.option("--domain", help="A label under the base domain, or a full host name. Default: the slug.")
@click.option("--db-host", help="A configured database server.")
@click.option("--db-port", type=click.IntRange(1, 65535), help="Its port.")
@key_options
@with_output
def import_tenant(
    file: Path,
    slug: str,
    name: str | None,
    domain: str | None,
    db_host: str | None,
    db_port: int | None,
    unlock: Unlock | None,
    out: Output,
) -> None:
    """Create the tenant SLUG with everything of the archive FILE, completely or not at all.

    It is a new tenant, whosever archive it is. Its users sign in with the passwords that they had.
    """
    settings = load_settings()
    try:
        opening = unlock or required_unlock(read_header(file))
        request = _request(settings, slug, name or slug, domain or slug, db_host, db_port)
        with _shown(out, file) as report:
            created = run(
                settings,
                lambda platform: TenantImport(platform, ACTOR).run(
                    file, opening, request, report, keeps_name=name is None
                ),
                observer=Steps(out),
            )
    except ArchiveError as error:
        fail(error.reason)
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}.")
    out.one(created, lambda: _print(created, settings.url_of(created.domain)))


@contextmanager
def _shown(out: Output, file: Path) -> Iterator[Callable[[Progress], None]]:
    with transfer(out, "Importing", file.stat().st_size) as progress:
        yield lambda now: progress.at(now.size, now.rows)


def _request(
    settings: Settings, slug: str, name: str, domain: str, host: str | None, port: int | None
) -> TenantRequest:
    given = {"slug": slug, "name": name, "primaryDomain": domain, "dbHost": host, "dbPort": port}
    faults = list(faults_of(given, settings.base_domains))
    if faults:
        fail("\n".join(f"{fault.field}: {fault.message}" for fault in faults))
    return TenantRequest(
        slug=slug,
        name=parse_tenant_name(name),
        domain=parse_tenant_domain(domain, settings.base_domains),
        server=None if host is None else server_name(host, port or settings.db_port),
    )


def _print(created: ImportedResponse, url: str) -> None:
    source = created.archive
    say(f"{created.slug} is served at {url}. Its users have the passwords that they had.\n")
    say(f"    archive of     {source.name} ({source.slug}), {source.taken_at:%Y-%m-%d %H:%M} UTC")
    say(f"    rows           {created.rows:,}")
    for table, count in created.left_out.items():
        say(f"    left out       {count:,} of {table}")
    if created.db_password is not None:
        say(f"    database       {created.db_name}")
        say(f"    database user  {created.db_username}")
        say(f"    its password   {created.db_password}")
    say("")
