"""Archives as files: verified, shown, and sealed for a key pair, without settings and without a database."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from tenant_schema.archives.format.key_text import parse_public_key
from tenant_schema.archives.format.keys import PassphraseLock, RecipientLock
from tests.support.archiving import ACME, ARCHIVE, LOCK, items_of, written

PASSPHRASE = "correct horse battery"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "key"


@pytest.fixture
def public(key_file: Path) -> bytes:
    return parse_public_key(told("keygen", str(key_file))["publicKey"])


@pytest.fixture
def file(tmp_path: Path, public: bytes) -> Path:
    path = tmp_path / "acme.freehold"
    path.write_bytes(written(locks=[LOCK, PassphraseLock(PASSPHRASE), RecipientLock(public)]))
    return path


@pytest.fixture
def passphrase_file(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text(f"{PASSPHRASE}\n")
    return path


def call(*arguments: str, status: int = 0, stdin: str | None = None) -> Result:
    done = CliRunner().invoke(main, ["archive", *arguments], input=stdin, env={})
    assert done.exit_code == status, done.output
    assert "Traceback" not in done.output
    return done


def told(*arguments: str, stdin: str | None = None) -> Any:
    return json.loads(call(*arguments, "--json", stdin=stdin).stdout)


def test_a_key_pair_is_written_for_its_owner_alone(key_file: Path) -> None:
    public = told("keygen", str(key_file))["publicKey"]
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    text = key_file.read_text()
    assert public in text
    assert call("keygen", str(key_file), status=1).stderr.startswith(f"freehold: {key_file} exists already.")
    assert key_file.read_text() == text


def test_a_key_pair_that_cannot_be_written(tmp_path: Path) -> None:
    assert "cannot be written" in call("keygen", str(tmp_path / "no" / "key"), status=1).stderr


def test_an_archive_is_verified_with_either_key(file: Path, key_file: Path, passphrase_file: Path) -> None:
    found = told("verify", str(file), "--identity", str(key_file))
    assert found == told("verify", str(file), "--passphrase-file", str(passphrase_file))
    assert found == told("verify", str(file), "--passphrase-file", "-", stdin=PASSPHRASE)
    trailer = items_of(file.read_bytes())[-1]
    assert (found["archive"], found["digest"], found["rows"]) == (str(ARCHIVE), trailer.digest, 4)
    assert found["bytes"] == file.stat().st_size
    assert found["manifest"]["tenant"]["id"] == str(ACME)
    assert [(one["table"], one["rows"]) for one in found["tables"]] == [
        ("accounts", 2),
        ("empty", 0),
        ("users", 2),
    ]


def test_an_archive_as_text(file: Path, key_file: Path) -> None:
    text = call("verify", str(file), "--identity", str(key_file), "--text").stdout
    assert "is whole" in text
    assert "Acme (acme, " in text
    assert "accounts" in text


def test_without_a_key_only_the_kinds_of_keys_are_shown(file: Path) -> None:
    shown = told("show", str(file))
    assert shown["keys"] == ["tenant", "passphrase", "x25519"]
    assert (shown["archive"], shown["manifest"]) == (str(ARCHIVE), None)
    text = call("show", str(file), "--text").stdout
    assert "One of these opens it: passphrase, tenant, x25519." in text
    assert "Acme" not in text


def test_with_a_key_the_manifest_is_shown(file: Path, key_file: Path) -> None:
    shown = told("show", str(file), "--identity", str(key_file))
    assert shown["manifest"]["tenant"]["slug"] == "acme"
    assert "Acme (acme, " in call("show", str(file), "--identity", str(key_file), "--text").stdout


@pytest.mark.parametrize("at", [3, 100, -40, -1])
def test_a_damaged_archive_is_reported_in_a_sentence(file: Path, key_file: Path, at: int) -> None:
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)
    stderr = call("verify", str(file), "--identity", str(key_file), status=1).stderr
    assert stderr.startswith("freehold: ")
    assert stderr.count("\n") == 1


def test_a_cut_archive_and_an_empty_file_are_reported(file: Path, key_file: Path) -> None:
    data = file.read_bytes()
    for size in (0, 10, 30, len(data) - 1):
        file.write_bytes(data[:size])
        call("verify", str(file), "--identity", str(key_file), status=1)
        call("show", str(file), "--identity", str(key_file), status=1)


def test_what_does_not_open_the_archive_is_reported(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    told("keygen", str(other))
    assert "not sealed for this key" in call("verify", str(file), "--identity", str(other), status=1).stderr
    wrong = call("verify", str(file), "--passphrase-file", "-", stdin="another passphrase", status=1).stderr
    assert "passphrase does not open" in wrong
    assert "Give --passphrase-file, --identity or --tenant-key" in call("verify", str(file), status=1).stderr


def test_wrong_usage_is_reported(file: Path, key_file: Path, passphrase_file: Path, tmp_path: Path) -> None:
    both = ("--identity", str(key_file), "--passphrase-file", str(passphrase_file))
    assert "exclude each other" in call("verify", str(file), *both, status=2).stderr
    assert "does not begin" in call("verify", str(file), "--identity", str(passphrase_file), status=2).stderr
    call("verify", str(tmp_path / "missing"), status=2)
