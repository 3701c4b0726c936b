"""``freehold keys``: generates, lists and rotates encryption keys."""

import sys
from collections import Counter
from typing import Any
from uuid import UUID

import rich_click as click

from api.cli.console import Output, say, warn, with_output
from api.cli.directory import DirectoryOutcome, rebuild_tenants
from api.cli.progress import tally
from api.cli.session import ACTOR, load_settings, run
from api.cli.statuses import Status
from api.cli.tenant_secrets import SecretsOutcome, reseal_tenants
from api.composition import Platform
from api.schemas.common import Output as Result
from central.backups.errors import BackupError
from central.operators import audit
from central.secrets.domain_seals import DomainSeals
from central.secrets.key_check import KeyCheck
from central.secrets.key_rotation import KeyRotation
from central.secrets.keys import EncryptionKey, generate_key

__all__ = ["keys"]

_COLUMNS = ("key", "does", "credentials", "entries")
_PARALLEL = 4


class _Rotated(Result):
    """How many credentials and data keys were sealed with the first key or could not be opened.

    Further the secrets in tenants' databases, and the directory.

    ``store_failure`` says why the copies of data keys in the backup store could not be written.
    """

    key: str
    done: int
    failed: int
    secrets: SecretsOutcome
    directory: DirectoryOutcome
    store_failure: str | None = None


@click.group()
def keys() -> None:
    """Encryption keys.

    To rotate: generate a key, prepend it to the old one in ENCRYPTION_KEY (separated by a comma), restart all
    processes, run `freehold keys rotate`, wait for ACCESS_TOKEN_SECONDS, remove the old key, and restart.
    """


@keys.command("generate")
@with_output
def _generate(out: Output) -> None:
    """Print a new key for ENCRYPTION_KEY. It is not stored."""
    key = generate_key()
    out.one({"key": key, "id": EncryptionKey.from_hex(key).id}, lambda: say(key))


@keys.command("status")
@with_output
def _status(out: Output) -> None:
    """List the configured and the used keys by id, with how many credentials and entries of the directory use
    each.
    """
    settings = load_settings()
    by_key, entries = run(settings, _by_key, checks_keys=False)
    rows = []
    for place, key_id in enumerate(one.id for one in settings.encryption_keys):
        does = "opens and seals" if place == 0 else "opens"
        rows.append(_row(key_id, does, by_key.pop(key_id, 0), entries.pop(key_id, 0)))
    missing = sorted(by_key.keys() | entries)
    rows += [_row(key_id, "is missing", by_key[key_id], entries.get(key_id, 0)) for key_id in missing]
    out.many(rows, "Encryption keys", rows, _COLUMNS)


def _row(key_id: str, does: str, credentials: int, entries: int) -> dict[str, Any]:
    return {"key": key_id, "does": does, "credentials": credentials, "entries": entries}


async def _by_key(platform: Platform) -> tuple[Counter[str], dict[str, int]]:
    by_key = await KeyRotation(platform.vault).by_key()
    by_key += await platform.backups.parts.data_keys.by_key()
    key_id = await KeyCheck(platform.vault).key_id()
    if key_id is not None:
        by_key.setdefault(key_id, 0)
    return by_key, await platform.directory.by_key()


@keys.command("replace-lost")
@click.confirmation_option(prompt="Are the keys that the stored secrets are sealed with lost for good?")
@with_output
def _replace_lost(out: Output) -> None:
    """Continue with a new ENCRYPTION_KEY although the old one is lost.

    All users have to sign in again. Tenants with a database user respond with 503 until they get a new
    password (`freehold tenants change-password`).
    """
    key_id = run(load_settings(), _replace, checks_keys=False)
    out.one({"key": key_id}, lambda: say(f"The key of this installation is {key_id} now."))


async def _replace(platform: Platform) -> str:
    await KeyCheck(platform.vault).replace()
    await DomainSeals(platform.vault).replace()
    await audit.record(ACTOR, "keys.replace-lost", detail={"to": platform.vault.current_key_id})
    return platform.vault.current_key_id


@keys.command("rotate")
@with_output
def _rotate(out: Output) -> None:
    """Seal all stored credentials, and secrets of tenants, with the first key of ENCRYPTION_KEY.

    The directory is written with that key as well.

    Safe to run while Freehold serves, and to repeat: it continues where it stopped. The exit status is 3 if
    some credentials could not be opened with any key, or some tenants' databases do not respond.
    """
    rotated = run(load_settings(), lambda platform: _rotate_all(platform, out))
    out.one(rotated, lambda: _print(rotated))
    if rotated.failed or rotated.secrets.failures or rotated.directory.failures or rotated.store_failure:
        sys.exit(Status.PARTLY)


async def _rotate_all(platform: Platform, out: Output) -> _Rotated:
    rotation = KeyRotation(platform.vault)
    pending = await rotation.pending()
    with tally(out, "credential", "Credentials", len(pending)) as progress:

        def report(tenant_id: UUID, reason: str | None) -> None:
            values: dict[str, Any] = {} if reason is None else {"failure": reason}
            progress.done(str(tenant_id), **values)

        data_keys = await platform.backups.parts.data_keys.reseal(report)
        done, failed = await rotation.rotate(report)
        done, failed = done + data_keys[0], failed + data_keys[1]
    store_failure = await _publish_data_keys(platform)
    key_id = platform.vault.current_key_id
    if pending or done or failed:
        await audit.record(ACTOR, "keys.rotate", detail={"to": key_id, "done": done, "failed": failed})
    outdated = set(await platform.directory.outdated_tenants())
    served = [one for one, _ in await platform.registry.served_with_levels()]
    secrets = await reseal_tenants(platform, served, _PARALLEL, out)
    wanted = [one for one in served if one.id in outdated]
    directory = await rebuild_tenants(platform, wanted, _PARALLEL, out)
    return _Rotated(key_id, done, failed, secrets, directory, store_failure)


async def _publish_data_keys(platform: Platform) -> str | None:
    """Write the copies of the data keys in the backup store. Returns why that has failed."""
    parts = platform.backups.parts
    if parts.store is None:
        return None
    try:
        for tenant_id in await parts.data_keys.tenants():
            await parts.data_keys.publish(tenant_id, parts.store)
    except BackupError as error:
        return str(error)
    return None


def _print(rotated: _Rotated) -> None:
    say(f"{rotated.done} credentials were sealed with the key {rotated.key}.")
    if rotated.failed:
        warn(f"{rotated.failed} could not be opened with any key; `freehold keys status` lists their keys.")
    failures = rotated.directory.failures
    for slug, reason in sorted(rotated.secrets.failures.items()):
        warn(f"The secrets of {slug} could not be sealed: {reason}")
    for slug, reason in sorted(failures.items()):
        warn(f"The directory could not be compared with {slug}: {reason}")
    if rotated.store_failure:
        warn(f"The copies of data keys beside the backups were not all written: {rotated.store_failure}")
    if not (rotated.failed or failures or rotated.secrets.failures or rotated.store_failure):
        say("All are sealed with it: older keys can be removed from ENCRYPTION_KEY.")
