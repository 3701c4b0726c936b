"""``freehold doctor``: what is broken is found, and it says how to mend it."""

import sqlite3
from pathlib import Path

import pytest

from api.checkup.finding import error, fine
from api.cli.doctor import _print
from tests.api.cli.conftest import Run, Told
from tests.api.conftest import KEY

WELL = {
    "settings",
    "central database",
    "operators",
    "backups",
    "jobs",
    "isolation",
    "database server sqlite",
    "encryption keys",
    "upgrades",
    "mail",
    "tenant acme",
    "tenant demo",
}


LONG_AGO = "'2026-01-01 00:00:00+00:00'"


def execute(file: Path, statement: str) -> None:
    connection = sqlite3.connect(file)
    connection.execute(statement)
    connection.commit()
    connection.close()


def found(told: Told, about: str, status: int = 1, **environ: str) -> tuple[str, str, str]:
    """Level, message and mend of what is said about this."""
    (one,) = [one for one in told("doctor", status=status, **environ) if one["about"] == about]
    return one["level"], one["message"], one.get("mend", "")


@pytest.fixture(autouse=True)
def _private(folder: Path) -> None:
    folder.chmod(0o700)


def test_all_is_well(told: Told, folder: Path) -> None:
    findings = told("doctor", FREEHOLD_LOCAL="1")
    assert {one["about"] for one in findings} == WELL | {str(folder)}
    assert {one["level"] for one in findings} == {"ok"}


def test_only_the_tenants_that_are_named_are_looked_into(told: Told, call: Run) -> None:
    assert "tenant demo" not in {one["about"] for one in told("doctor", "acme")}
    call("doctor", "nobody", status=1)


def test_a_tenant_without_its_database(told: Told, folder: Path) -> None:
    for path in (folder / "tenants").glob("tenant_acme.sqlite*"):
        path.unlink()
    level, _, mend = found(told, "tenant acme")
    assert (level, "tenant_acme" in mend) == ("error", True)
    assert found(told, "tenant demo")[0] == "ok"


def test_migrations_that_have_not_run(told: Told, folder: Path) -> None:
    execute(folder / "tenants" / "tenant_acme.sqlite", "DELETE FROM migration WHERE app_name = 'apps'")
    level, message, mend = found(told, "tenant acme")
    assert (level, mend) == ("error", "freehold migrate acme")
    assert "not run yet" in message


def test_what_somebody_did_to_the_tables_by_hand(told: Told, call: Run, folder: Path) -> None:
    database = folder / "tenants" / "tenant_acme.sqlite"
    execute(database, "ALTER TABLE accounts DROP COLUMN employees")
    level, message, mend = found(told, "tenant acme")
    assert (level, mend) == ("error", "freehold tenants repair acme")
    assert "employees" in message
    repaired = told("tenants", "repair", "acme")
    assert (len(repaired["repaired"]), repaired["remaining"]) == (1, [])
    assert found(told, "tenant acme", status=0)[0] == "ok"
    assert "nothing to repair" in call("tenants", "repair", "acme", "--text").stdout


def job(kind: str, state: str, error: str) -> str:
    """The statement that inserts a job of the tenant ``globex``."""
    values = {
        "id": "'0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11'",
        "claim": "'0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e12'",
        **dict.fromkeys(("created_at", "updated_at", "enqueued_at", "leased_until"), LONG_AGO),
        "kind": f"'{kind}'",
        "tenant_slug": "'globex'",
        "state": f"'{state}'",
        "error": f"'{error}'",
        "owner": "'somebody'",
        "unit": "''",
        "arguments": "'{}'",
        **dict.fromkeys(("attempts", "enqueued", "done", "is_cancel_requested"), "0"),
    }
    columns, given = ", ".join(values), ", ".join(values.values())
    return f"INSERT INTO job ({columns}) VALUES ({given})"  # noqa: S608 # of a test's own values


@pytest.mark.parametrize(
    ("kind", "state", "error", "expected"),
    [
        ("outbox", "failed", "the disk was full", "error"),
        ("outbox", "waiting", "Nothing sends messages of the kind fax.", "warning"),
        ("report.compile", "waiting", "nothing", "error"),
    ],
)
def test_a_job_that_waits_or_failed(
    told: Told, folder: Path, kind: str, state: str, error: str, expected: str
) -> None:
    execute(folder / "central.sqlite", job(kind, state, error))
    status = 0 if expected == "warning" else 1
    level, message, mend = found(told, "tenant globex", status=status)
    assert (level, "freehold jobs" in mend) == (expected, True)
    assert (error if kind == "outbox" else "does not know") in message


def test_a_run_that_nobody_is_at_work_on(told: Told, folder: Path) -> None:
    execute(
        folder / "central.sqlite",
        job("tenant.create", "waiting", "the disk was full"),
    )
    level, message, mend = found(told, "tenant globex")
    assert (level, mend) == ("error", "freehold tenants reconcile")
    assert "the disk was full" in message


def test_nobody_can_sign_in_as_an_operator(told: Told, call: Run) -> None:
    call("operators", "revoke", "operator")
    assert found(told, "operators")[::2] == ("error", "freehold operators create NAME")


def test_a_central_database_that_is_behind_is_all_that_is_reported(told: Told, folder: Path) -> None:
    execute(folder / "central.sqlite", "DELETE FROM migration")
    findings = told("doctor", status=1)
    assert [one["mend"] for one in findings if one["level"] == "error"] == ["freehold migrate --central-only"]
    assert not [one for one in findings if one["about"].startswith("tenant ")]


def test_a_database_of_another_version(told: Told, call: Run, folder: Path) -> None:
    rename = "UPDATE migration SET name = '2020-' || name"
    execute(folder / "tenants" / "tenant_acme.sqlite", rename)
    assert "another version" in found(told, "tenant acme")[1]
    execute(folder / "central.sqlite", rename)
    assert "another version" in found(told, "central database")[1]
    for command in (["migrate"], ["setup"], ["serve"], ["tenants", "list"]):
        assert "make clean-data" in call(*command, status=1).stderr


def test_a_central_database_that_does_not_answer(told: Told) -> None:
    url = "mysql://nobody:nothing@127.0.0.1:1/nowhere"
    findings = told("doctor", status=1, CENTRAL_DATABASE_URL=url)
    (one,) = [one for one in findings if one["level"] == "error"]
    assert (one["about"], "CENTRAL_DATABASE_URL" in one["mend"]) == ("central database", True)
    assert "nothing" not in one["message"].replace("nothing is", "")


def test_files_that_others_may_read(told: Told, folder: Path, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"ENCRYPTION_KEY={KEY.secret.hex()}\n")
    (tmp_path / ".env").chmod(0o644)
    folder.chmod(0o755)
    assert found(told, ".env")[::2] == ("error", "chmod 600 .env")
    assert found(told, str(folder))[::2] == ("error", f"chmod 700 {folder}")


def test_without_a_mail_server_nothing_can_be_sent_but_files_in_local_use(told: Told) -> None:
    level, message, mend = found(told, "mail", status=0)
    assert (level, "SMTP_URL" in mend) == ("warning", True)
    assert "No mails can be sent" in message
    level, message, _ = found(told, "mail", status=0, FREEHOLD_LOCAL="1")
    assert (level, "written to" in message) == ("ok", True)


def test_a_mail_server_that_is_down(told: Told) -> None:
    settings = {"SMTP_URL": "smtp://freehold:hush@127.0.0.1:1", "MAIL_FROM": "no-reply@acme.example"}
    level, message, mend = found(told, "mail", **settings)
    assert (level, "SMTP_URL" in mend) == ("error", True)
    assert "cannot be reached" in message
    assert "hush" not in message + mend


def test_settings_with_which_nothing_can_be_opened_are_all_that_is_reported(told: Told) -> None:
    findings = told("doctor", status=1, DB_TLS_CA="nowhere.pem")
    assert [one["about"] for one in findings if one["level"] == "error"] == ["DB_TLS_CA"]
    assert not [one for one in findings if one["about"].startswith("tenant ")]


def test_every_wrong_setting_is_reported(call: Run) -> None:
    words = call("doctor", status=1, PORT="many", CACHE_SECONDS="9").stderr
    assert "PORT" in words
    assert "CACHE_SECONDS" in words


def test_findings_say_how_to_correct_them(call: Run, folder: Path) -> None:
    folder.chmod(0o755)
    printed = call("doctor", "--text", status=1).stdout
    assert f"    → chmod 700 {folder}" in printed
    assert "1 errors" in printed


def test_many_tenants_that_are_well_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    many = [fine(f"tenant t{number}", "It is well.") for number in range(500)]
    bad = error("tenant bad", "It is not.", "mend it")
    _print([*many, bad])
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].endswith("tenant bad: It is not.")
    assert "500 tenants" in printed[2]
    assert printed[-1] == "501 checks, 1 errors, 0 warnings."
