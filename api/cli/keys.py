"""``freehold keys``: new encryption keys, and putting what is sealed under the newest one."""

import sys
from collections import Counter
from typing import Any
from uuid import UUID

import rich_click as click

from api.cli.console import Output, say, warn, with_output
from api.cli.progress import tally
from api.cli.session import ACTOR, load_settings, run
from api.cli.statuses import Status
from api.composition import Platform
from api.schemas.common import Output as Answer
from central.operators import audit
from central.secrets.key_check import KeyCheck
from central.secrets.key_rotation import KeyRotation
from central.secrets.keys import EncryptionKey, generate_key

__all__ = ["keys"]

_COLUMNS = ("key", "does", "credentials")


class _Rotated(Answer):
    """How many credentials were put under the first key, and how many could not be opened."""

    key: str
    done: int
    failed: int


@click.group()
def keys() -> None:
    """Encryption keys.

    To rotate: make a key, put it in front of the old one in ENCRYPTION_KEY (with a comma between), restart
    every process, run `freehold keys rotate`, wait for ACCESS_TOKEN_SECONDS, take the old key out, restart.
    """


@keys.command("generate")
@with_output
def _generate(out: Output) -> None:
    """Print a new key for ENCRYPTION_KEY. It is kept nowhere."""
    key = generate_key()
    out.one({"key": key, "id": EncryptionKey.from_hex(key).id}, lambda: say(key))


@keys.command("status")
@with_output
def _status(out: Output) -> None:
    """Show the keys that are configured or used, by their ids, and what is sealed under each."""
    settings = load_settings()
    by_key = run(settings, _by_key, checks_keys=False)
    rows = []
    for place, key_id in enumerate(one.id for one in settings.encryption_keys):
        does = "opens and seals" if place == 0 else "opens"
        rows.append({"key": key_id, "does": does, "credentials": by_key.pop(key_id, 0)})
    rows += [
        {"key": key_id, "does": "is missing", "credentials": by_key[key_id]} for key_id in sorted(by_key)
    ]
    out.many(rows, "Encryption keys", rows, _COLUMNS)


async def _by_key(platform: Platform) -> Counter[str]:
    by_key = await KeyRotation(platform.vault).by_key()
    key_id = await KeyCheck(platform.vault).key_id()
    if key_id is not None:
        by_key.setdefault(key_id, 0)
    return by_key


@keys.command("replace-lost")
@click.confirmation_option(prompt="Are the keys that the stored secrets are sealed with lost for good?")
@with_output
def _replace_lost(out: Output) -> None:
    """Go on with another ENCRYPTION_KEY although the old one is lost.

    Everybody has to sign in again. The tenants with a database user answer 503 until each of them is given
    another password (`freehold tenants change-password`).
    """
    key_id = run(load_settings(), _replace, checks_keys=False)
    out.one({"key": key_id}, lambda: say(f"This installation's key is {key_id} from now on."))


async def _replace(platform: Platform) -> str:
    await KeyCheck(platform.vault).replace()
    await audit.record(ACTOR, "keys.replace-lost", detail={"to": platform.vault.current_key_id})
    return platform.vault.current_key_id


@keys.command("rotate")
@with_output
def _rotate(out: Output) -> None:
    """Put all stored credentials under the first key of ENCRYPTION_KEY.

    Safe while Freehold serves, and to run again: it goes on where it was stopped. Ends with status 3 when
    some could not be opened with any key.
    """
    answer = run(load_settings(), lambda platform: _rotate_all(platform, out))
    out.one(answer, lambda: _tell(answer))
    if answer.failed:
        sys.exit(Status.PARTLY)


async def _rotate_all(platform: Platform, out: Output) -> _Rotated:
    rotation = KeyRotation(platform.vault)
    pending = await rotation.pending()
    with tally(out, "credential", "Credentials", len(pending)) as told:

        def tell(tenant_id: UUID, reason: str | None) -> None:
            facts: dict[str, Any] = {} if reason is None else {"failure": reason}
            told.done(str(tenant_id), **facts)

        done, failed = await rotation.rotate(tell)
    key_id = platform.vault.current_key_id
    if pending:
        await audit.record(ACTOR, "keys.rotate", detail={"to": key_id, "done": done, "failed": failed})
    return _Rotated(key_id, done, failed)


def _tell(answer: _Rotated) -> None:
    say(f"{answer.done} credentials were put under the key {answer.key}.")
    if answer.failed:
        warn(f"{answer.failed} could not be opened with any key; `freehold keys status` shows theirs.")
    else:
        say("Everything is under it: older keys can be taken out of ENCRYPTION_KEY.")
