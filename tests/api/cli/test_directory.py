"""The directory from the command line: compared with the tenants, corrected, and moved to a new key."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

from central.database import CENTRAL
from central.directory.hashes import AddressHashes
from central.directory.service import Directory
from central.secrets.keys import EncryptionKey, generate_key
from central.secrets.vault import Vault
from piccolo_engines.sqlite import SQLiteEngine
from tests.api.cli.conftest import Run, Told
from tests.api.conftest import KEY

NEW = EncryptionKey.from_hex(generate_key())
BOTH = {"ENCRYPTION_KEY": f"{NEW.secret.hex()},{KEY.secret.hex()}"}


def slugs_of(folder: Path, address: str, key: EncryptionKey = KEY) -> list[str]:
    """In which tenants the directory has the address, under one key alone."""

    async def look() -> list[str]:
        engine = SQLiteEngine(folder / "central.sqlite", synchronous="OFF")
        try:
            with CENTRAL.bind(engine):
                found = await Directory(AddressHashes(Vault([key]))).tenants_of(address, 20)
            return [one.slug for one in found]
        finally:
            await engine.close()

    return asyncio.run(look())


def change(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()


def findings(told: Told, **environ: str) -> list[dict[str, Any]]:
    return [one for one in told("doctor", **environ) if "directory" in f"{one['about']} {one['message']}"]


def test_drift_is_found_by_the_doctor_and_corrected(told: Told, call: Run, folder: Path) -> None:
    assert findings(told) == []
    change(
        folder / "tenants" / "tenant_acme.sqlite",
        "UPDATE users SET email = 'm@acme.example' WHERE name = 'Member'",
    )
    change(folder / "tenants" / "tenant_demo.sqlite", "UPDATE users SET active = 0 WHERE name = 'Member'")
    ((about, mend),) = [(one["about"], one["mend"]) for one in findings(told)]
    assert (about, mend) == ("tenant demo", "freehold directory rebuild demo")
    done = told("directory", "rebuild")
    assert done == {"tenants": 2, "accounts": 7, "added": 1, "removed": 2, "failures": {}}
    assert slugs_of(folder, "m@acme.example") == ["acme"]
    assert slugs_of(folder, "member@acme.example") == slugs_of(folder, "member@demo.example") == []
    assert slugs_of(folder, "viewer@demo.example") == ["demo"]
    assert findings(told) == []
    again = call("directory", "rebuild", "demo", "--text").stdout
    assert again == "3 accounts of 1 tenant: 0 added, 0 removed.\n"


def test_tenants_that_cannot_be_compared_are_named(told: Told, call: Run, folder: Path) -> None:
    (folder / "tenants" / "tenant_demo.sqlite").unlink()
    done = told("directory", "rebuild", status=3)
    assert (done["tenants"], list(done["failures"])) == (1, ["demo"])
    assert "demo was not compared" in call("directory", "rebuild", "--text", status=3).stderr
    assert slugs_of(folder, "viewer@demo.example") == ["demo"]


def test_rotating_keys_writes_the_directory_with_the_new_one(told: Told, folder: Path) -> None:
    assert slugs_of(folder, "viewer@acme.example", NEW) == []
    ((about, mend),) = [(one["about"], one["mend"]) for one in findings(told, **BOTH)]
    assert (about, mend) == ("directory", "freehold keys rotate")
    rotated = told("keys", "rotate", **BOTH)["directory"]
    assert (rotated["tenants"], rotated["added"], rotated["failures"]) == (2, 8, {})
    assert slugs_of(folder, "viewer@acme.example", NEW) == ["acme"]
    assert slugs_of(folder, "viewer@acme.example", KEY) == []
    assert findings(told, **BOTH) == []
    assert told("keys", "rotate", **BOTH)["directory"]["tenants"] == 0


def test_a_key_is_still_needed_while_a_tenant_has_entries_of_it(told: Told, call: Run, folder: Path) -> None:
    hidden = folder / "hidden.sqlite"
    (folder / "tenants" / "tenant_demo.sqlite").rename(hidden)
    done = call("keys", "rotate", "--text", status=3, **BOTH)
    assert "The directory could not be compared with demo" in done.stderr
    assert "older keys can be removed" not in done.stdout
    hidden.rename(folder / "tenants" / "tenant_demo.sqlite")
    assert told("keys", "rotate", **BOTH)["directory"]["added"] == 4


def test_after_a_lost_key_the_directory_is_rebuilt(told: Told, call: Run, folder: Path) -> None:
    anew = {"ENCRYPTION_KEY": NEW.secret.hex()}
    call("keys", "replace-lost", "--yes", **anew)
    assert [one["mend"] for one in findings(told, **anew) if one["about"] == "directory"] == [
        "freehold directory rebuild"
    ]
    assert told("directory", "rebuild", **anew)["removed"] == 8
    assert slugs_of(folder, "viewer@acme.example", NEW) == ["acme"]
    assert findings(told, **anew) == []
