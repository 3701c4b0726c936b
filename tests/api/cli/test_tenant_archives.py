"""``freehold tenants export`` and ``import``."""

import json
from pathlib import Path

import pytest

from tests.api.cli.conftest import Run, Told

PASSPHRASE = "correct horse battery"


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    file.write_text(f"{PASSPHRASE}\n")
    return file


@pytest.fixture
def archive(call: Run, tmp_path: Path, passphrase: Path) -> Path:
    file = tmp_path / "acme.freehold"
    call("tenants", "export", "acme", str(file), "--passphrase-file", str(passphrase))
    return file


def test_a_tenant_goes_into_a_file_and_comes_out_as_another(
    told: Told, call: Run, tmp_path: Path, passphrase: Path
) -> None:
    file = tmp_path / "acme.freehold"
    done = told("tenants", "export", "acme", str(file), "--passphrase-file", str(passphrase))
    assert (done["slug"], done["file"], done["bytes"]) == ("acme", str(file), file.stat().st_size)
    assert file.stat().st_mode & 0o777 == 0o600
    verified = told("archive", "verify", str(file), "--passphrase-file", str(passphrase))
    assert verified["rows"] == done["rows"]
    made = told("tenants", "import", str(file), "--slug", "acme2", "--passphrase-file", str(passphrase))
    assert (made["slug"], made["domain"], made["digest"]) == ("acme2", "acme2.localhost", verified["digest"])
    assert made["archive"]["slug"] == "acme"
    shown = told("tenants", "show", "acme2")
    assert (shown["name"], shown["status"]) == ("Acme Corporation", "active")
    assert shown["adminEmail"] == "administrator@acme.example"
    assert call("doctor", "--json").exit_code == 0


def test_what_it_says_to_people(call: Run, archive: Path, tmp_path: Path, passphrase: Path) -> None:
    options = ("--passphrase-file", str(passphrase), "--text")
    printed = call("tenants", "export", "demo", str(tmp_path / "d.freehold"), *options).stdout
    assert "d.freehold has the tenant demo" in printed.replace("\n", "")
    printed = call("tenants", "import", str(archive), "--slug", "two", "--name", "Two", *options).stdout
    assert "two is served at" in printed
    assert "Acme Corporation (acme)" in printed


def test_the_steps_are_reported_to_programs(call: Run, archive: Path, passphrase: Path) -> None:
    options = ("--slug", "two", "--passphrase-file", str(passphrase))
    lines = call("tenants", "import", str(archive), *options).stdout.splitlines()
    events = [json.loads(line) for line in lines[:-1]]
    done = [one["step"] for one in events if one.get("state") == "done"]
    assert done[0] == "reserve"
    assert "fill" in done
    assert json.loads(lines[-1])["slug"] == "two"


def test_a_recipient_opens_it_with_the_private_key(told: Told, call: Run, tmp_path: Path) -> None:
    key, file = tmp_path / "key", tmp_path / "acme.freehold"
    public = told("archive", "keygen", str(key))["publicKey"]
    call("tenants", "export", "acme", str(file), "--recipient", public)
    made = told("tenants", "import", str(file), "--slug", "two", "--identity", str(key))
    assert made["slug"] == "two"


def test_a_file_that_is_there_is_kept(call: Run, archive: Path, passphrase: Path) -> None:
    before = archive.read_bytes()
    options = ("--passphrase-file", str(passphrase))
    printed = call("tenants", "export", "acme", str(archive), *options, status=1)
    assert "--force" in printed.stderr
    assert archive.read_bytes() == before
    call("tenants", "export", "acme", str(archive), *options, "--force")
    assert archive.read_bytes() != before


def test_nothing_is_left_of_an_export_that_fails(call: Run, tmp_path: Path, passphrase: Path) -> None:
    folder = tmp_path / "archives"
    folder.mkdir()
    options = ("--passphrase-file", str(passphrase))
    printed = call("tenants", "export", "nobody", str(folder / "a.freehold"), *options, status=1)
    assert "no tenant 'nobody'" in printed.stderr
    assert list(folder.iterdir()) == []
    missing = call("tenants", "export", "acme", str(folder / "none" / "a.freehold"), *options, status=1)
    assert "cannot be written" in missing.stderr


def test_a_damaged_or_locked_archive_makes_no_tenant(
    call: Run, told: Told, archive: Path, tmp_path: Path, passphrase: Path
) -> None:
    options = ("--slug", "two", "--passphrase-file", str(passphrase))
    whole = archive.read_bytes()
    archive.write_bytes(whole[:-3])
    assert "archive" in call("tenants", "import", str(archive), *options, status=1).stderr
    archive.write_bytes(whole[:-100] + b"\0" + whole[-99:])
    assert call("tenants", "import", str(archive), *options, status=1).stderr
    archive.write_bytes(whole)
    passphrase.write_text("another passphrase")
    assert "does not open" in call("tenants", "import", str(archive), *options, status=1).stderr
    assert "sealed" in call("tenants", "import", str(archive), "--slug", "two", status=1).stderr
    assert [one["slug"] for one in told("tenants", "list")] == ["demo", "acme"]


def test_a_short_passphrase_or_a_bad_slug_is_refused(
    call: Run, archive: Path, tmp_path: Path, passphrase: Path
) -> None:
    taken = ("--slug", "demo", "--passphrase-file", str(passphrase))
    assert "demo" in call("tenants", "import", str(archive), *taken, status=1).stderr
    bad = ("--slug", "No Slug", "--passphrase-file", str(passphrase))
    assert "slug:" in call("tenants", "import", str(archive), *bad, status=1).stderr
    passphrase.write_text("short")
    new = ("tenants", "export", "acme", str(tmp_path / "x"), "--passphrase-file", str(passphrase))
    assert "12" in call(*new, status=2).stderr
