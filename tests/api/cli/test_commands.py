"""The command line as a person and a program meet it, in a folder of its own."""

import json
import re
import secrets
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from tests.support.processes import freehold

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``freehold ...`` in this test's folder, with nothing in the environment but what is given."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "ENCRYPTION_KEY",
        "CENTRAL_DATABASE_URL",
        "DATA_DIR",
        "OPERATOR_TOKEN",
        "PORT",
        "FREEHOLD_LOCAL",
    ):
        monkeypatch.delenv(name, raising=False)

    def invoke(*arguments: str, status: int = 0, **environ: str) -> Result:
        done = CliRunner().invoke(main, list(arguments), env=environ)
        assert done.exit_code == status, done.output
        return done

    return invoke


def told(run: Run, *arguments: str) -> Any:
    """What a command says in JSON."""
    return json.loads(run(*arguments, "--json").stdout)


@pytest.fixture
def installed(run: Run) -> Run:
    """``freehold ...`` after ``freehold setup``."""
    run("setup")
    return run


def test_setup_makes_everything_once(run: Run, tmp_path: Path) -> None:
    first = run("setup", "--text").stdout
    assert re.search(r"Brought the central database up to date \(\d+ migrations?\)\.", first)
    assert "(1 migrations)" not in first
    assert len(re.findall(r"fho_[\w-]{43}", first)) == 1
    env_file, central = tmp_path / ".env", tmp_path / "var" / "central.sqlite"
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
    assert re.search(r"^FREEHOLD_LOCAL=1\nENCRYPTION_KEY=[0-9a-f]{64}$", env_file.read_text(), re.MULTILINE)
    assert stat.S_IMODE(central.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(central.stat().st_mode) == 0o600
    before = env_file.read_bytes()
    second = run("setup", "--text").stdout
    assert second.strip() == "Everything is already set up."
    assert env_file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [".env", "var"]


def test_a_port_that_setup_is_given_is_kept_for_every_later_command(run: Run, tmp_path: Path) -> None:
    run("setup")
    run("setup", "--port", "9000")
    assert (tmp_path / ".env").read_text().endswith("\nPORT=9000\n")
    run("setup")
    assert (tmp_path / ".env").read_text().endswith("\nPORT=9000\n")


def test_setup_in_json(run: Run) -> None:
    first = told(run, "setup")
    assert first["envFileWritten"] is True
    assert first["migrations"] >= 1
    assert first["operatorToken"].startswith("fho_")
    assert told(run, "setup") == {"envFileWritten": False, "migrations": 0, "operatorToken": None}


def test_a_configured_operator_token_is_not_printed(run: Run) -> None:
    printed = run("setup", OPERATOR_TOKEN="a-token-of-my-own-choice").output
    assert "a-token-of-my-own-choice" not in printed
    assert "fho_" not in printed


def test_without_an_env_file_the_environment_has_to_do(run: Run, tmp_path: Path) -> None:
    assert "ENCRYPTION_KEY" in run("setup", "--no-env-file", status=1).stderr
    run("setup", "--no-env-file", ENCRYPTION_KEY="5f" * 16 + "0123456789abcdef" * 2, FREEHOLD_LOCAL="1")
    assert not (tmp_path / ".env").exists()


def test_every_wrong_setting_is_reported_at_once(run: Run) -> None:
    words = run("tenants", "list", status=1, ENCRYPTION_KEY="abc", PORT="many", CACHE_SECONDS="9").stderr
    assert all(name in words for name in ("ENCRYPTION_KEY", "PORT", "CACHE_SECONDS"))


def test_an_env_file_that_is_there_is_never_replaced(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=many\n")
    run("setup", status=1)
    assert (tmp_path / ".env").read_text() == "PORT=many\n"


@pytest.fixture
def outdated(installed: Run, tmp_path: Path) -> Run:
    """An installation whose central database lacks its migrations."""
    for path in (tmp_path / "var").glob("central.sqlite*"):
        path.unlink()
    return installed


@pytest.mark.parametrize("arguments", [["serve"], ["tenants", "list"], ["operators", "list"]])
def test_a_central_database_out_of_date_is_refused_with_what_to_do(
    outdated: Run, arguments: list[str]
) -> None:
    assert "freehold migrate" in outdated(*arguments, status=1).stderr


def test_migrate_brings_it_up_to_date(outdated: Run) -> None:
    assert told(outdated, "migrate")["central"] >= 1
    assert told(outdated, "migrate") == {"central": 0, "tenants": {}, "failures": {}}
    assert told(outdated, "tenants", "list") == []


def test_operators_are_made_listed_and_revoked(installed: Run) -> None:
    made = told(installed, "operators", "create", "Ada")
    assert made["name"] == "Ada"
    assert made["token"].startswith("fho_")
    again = told(installed, "operators", "create", "Ada")
    assert again["token"] != made["token"]
    listed = {one["name"]: one for one in told(installed, "operators", "list")}
    assert len(listed["Ada"]["tokens"]) == 2
    assert made["token"] not in json.dumps(listed)
    told(installed, "operators", "revoke", made["tokenId"])
    told(installed, "operators", "revoke", "operator")
    listed = {one["name"]: one for one in told(installed, "operators", "list")}
    assert [token["revokedAt"] is not None for token in listed["Ada"]["tokens"]] == [True, False]
    assert listed["operator"]["active"] is False


def test_factors_of_operators_are_listed_and_removed(installed: Run) -> None:
    assert told(installed, "operators", "factors", "list") == []
    removed = told(installed, "operators", "factors", "remove", "operator")
    assert removed == {"operator": "operator", "removed": 0}


def test_lists_are_tables_for_people(installed: Run) -> None:
    table = installed("operators", "list", "--text").stdout
    assert "operator" in table
    assert re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-7", table), "a token's id is whole, to be copied"
    assert installed("tenants", "list", "--text").stdout.strip() == "Tenants: none."
    assert installed("tenants", "list").stdout == "", "no tenant, no line"


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["operators", "revoke", "Nobody"], 1, "no such operator"),
        (["operators", "revoke", "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"], 1, "no such token"),
        (["operators", "factors", "remove", "Nobody"], 1, "no such operator"),
        (["operators", "create", ""], 1, "operator's name"),
        (["operators", "create"], 2, "Missing argument"),
        (["serve", "--port", "70000"], 2, "--port"),
        (["nothing"], 2, "No such command"),
    ],
)
def test_mistakes_have_a_sentence_and_a_status(
    installed: Run, arguments: list[str], status: int, words: str
) -> None:
    assert words in installed(*arguments, status=status).stderr


def test_reconcile_says_when_there_is_nothing_to_do(installed: Run) -> None:
    assert told(installed, "tenants", "reconcile") == {
        "undone": [],
        "finished": [],
        "changed": [],
        "failed": [],
        "objects": {},
        "dropped": [],
    }


def test_it_is_a_program_too(tmp_path: Path) -> None:
    assert "fho_" in freehold(["setup"], folder=tmp_path, environ={})
    assert freehold(["tenants", "list", "--text"], folder=tmp_path, environ={}).strip() == "Tenants: none."


def test_a_port_that_is_taken_is_reported_before_anything_is_said_to_be_served(installed: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = installed("serve", "--port", str(port), status=1)
    assert f"Port {port} of 127.0.0.1 is not available: Address already in use." in done.stderr
    assert "serves" not in done.output


def test_in_a_folder_without_setup_the_command_that_creates_it_is_reported(run: Run) -> None:
    assert "`freehold setup`" in run("serve", status=1).stderr
    key = secrets.token_hex(32)
    assert "`freehold setup` creates it" in run("serve", status=1, ENCRYPTION_KEY=key).stderr
