"""What operators do to tenants from the command line."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from api.tenant_level import tenant_level
from central.slugs import RESERVED
from tests.api.cli.conftest import Run, Told
from tests.api.conftest import PASSWORD


def lines(printed: str) -> list[dict]:
    """Lines of JSON."""
    return [json.loads(line) for line in printed.splitlines()]


def test_tenants_are_listed_the_newest_first(call: Run, told: Told) -> None:
    found = told("tenants", "list")
    assert [(one["slug"], one["status"]) for one in found] == [("demo", "active"), ("acme", "active")]
    table = call("tenants", "list", "--text").stdout
    assert "acme.localhost" in table
    assert lines(call("tenants", "list").stdout) == found


def test_some_of_them(told: Told) -> None:
    assert [one["slug"] for one in told("tenants", "list", "--search", "ACME")] == ["acme"]
    assert told("tenants", "list", "--status", "suspended") == []


def test_one_of_them(call: Run, told: Told) -> None:
    found = told("tenants", "show", "acme")
    assert (found["slug"], found["dbName"], found["adminEmail"]) == (
        "acme",
        "tenant_acme",
        "administrator@acme.example",
    )
    assert [(one["domain"], one["primary"]) for one in found["domains"]] == [("acme.localhost", True)]
    assert "https://acme.localhost (primary)" in call("tenants", "show", "acme", "--text").stdout


USER_NAMES = "print([one['name'] for one in await User.select(User.name)])"


def test_a_tenant_is_made_whole(call: Run, told: Told) -> None:
    admin = ("--admin-email", "Ada@Globex.example", "--admin-name", "Ada Lovelace")
    made = told("tenants", "create", "globex", "--name", "Globex", *admin)
    assert (made["domain"], made["admin"]["email"]) == ("globex.localhost", "ada@globex.example")
    assert len(made["admin"]["password"]) >= 16
    assert made["admin"]["password"] not in call("tenants", "show", "globex").output
    assert told("tenants", "show", "globex")["status"] == "active"
    assert "['Ada Lovelace']" in call("shell", "globex", "-c", USER_NAMES).stdout


def test_its_steps_are_reported_line_by_line(call: Run) -> None:
    printed = lines(call("tenants", "create", "globex").stdout)
    steps = [(one["step"], one["state"]) for one in printed if one.get("event") == "step"]
    assert steps[:2] == [("reserve", "begun"), ("reserve", "done")]
    assert steps[-1] == ("activate", "done")
    assert printed[-1]["slug"] == "globex"


def test_a_password_of_ones_own_is_asked_for(call: Run) -> None:
    done = call("tenants", "create", "globex", "--ask-password", "--text", stdin=f"{PASSWORD}\n{PASSWORD}\n")
    assert f"password       {PASSWORD}" in done.stdout
    assert "globex is served at https://globex.localhost. " in done.stdout
    assert "Password: \n" in done.output, "what is typed is not shown"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["acme"], "The slug 'acme' is taken"),
        (["Acme!"], "slug: "),
        ([min(RESERVED)], "slug: "),
        (["globex", "--admin-email", "nobody", "--domain", "a b"], "admin.email: "),
        (["globex", "--admin-email", "nobody", "--domain", "a b"], "primaryDomain: "),
        (["globex", "--domain", "acme"], "The domain 'acme.localhost' is taken"),
        (["globex", "--db-host", "elsewhere"], "elsewhere"),
        (["globex", "--db-port", "3306"], "dbPort: "),
    ],
)
def test_what_cannot_be_made_is_reported(call: Run, told: Told, arguments: list[str], words: str) -> None:
    assert words in call("tenants", "create", *arguments, status=1).stderr
    assert len(told("tenants", "list")) == 2


def test_steps_that_sqlite_does_not_need_are_reported_as_skipped(call: Run) -> None:
    lines = map(json.loads, call("tenants", "create", "steps").stdout.splitlines())
    states = {line["step"]: line["state"] for line in lines if line.get("event") == "step"}
    assert [step for step, state in states.items() if state == "skipped"] == [
        "create user",
        "map domain",
    ]
    assert states["create database"] == states["migrate"] == "done"


def test_a_tenant_is_renamed_suspended_and_resumed(call: Run, told: Told) -> None:
    assert told("tenants", "rename", "acme", "Acme International")["name"] == "Acme International"
    assert told("tenants", "suspend", "acme")["status"] == "suspended"
    assert "cannot become" in call("tenants", "suspend", "acme", status=1).stderr
    assert told("tenants", "resume", "acme")["status"] == "active"


def test_a_tenant_is_disconnected(call: Run, told: Told) -> None:
    assert told("tenants", "disconnect", "acme", "--force") == {"closed": 0}
    assert "connections of acme" in call("tenants", "disconnect", "acme", "--text").stdout
    assert "nobody" in call("tenants", "disconnect", "nobody", status=1).stderr


def test_domains_come_and_go(call: Run, told: Told) -> None:
    assert told("tenants", "domains", "add", "acme", "CRM.Acme.Example")["domain"] == "crm.acme.example"
    listed = told("tenants", "domains", "list", "acme")
    assert [one["domain"] for one in listed] == ["acme.localhost", "crm.acme.example"]
    assert "crm.acme.example" in call("tenants", "domains", "list", "acme", "--text").stdout
    assert told("tenants", "domains", "remove", "acme", "crm.acme.example") == {"removed": "crm.acme.example"}
    assert "primary domain" in call("tenants", "domains", "remove", "acme", "acme.localhost", status=1).stderr


def test_deleting_wants_to_be_sure(call: Run, told: Told, folder: Path) -> None:
    assert "--yes" in call("tenants", "delete", "demo", status=2).stderr
    assert (folder / "tenants" / "tenant_demo.sqlite").exists()
    printed = lines(call("tenants", "delete", "demo", "--yes").stdout)
    assert printed[-1] == {"slug": "demo", "deleted": True}
    assert [one["slug"] for one in told("tenants", "list")] == ["acme"]
    assert not list((folder / "tenants").glob("tenant_demo*"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "nobody"],
        ["rename", "nobody", "Somebody"],
        ["suspend", "nobody"],
        ["delete", "nobody", "--yes"],
        ["domains", "list", "nobody"],
        ["domains", "add", "nobody", "x"],
    ],
)
def test_an_unknown_tenant_is_reported_with_where_to_look(call: Run, arguments: list[str]) -> None:
    assert "freehold tenants list" in call("tenants", *arguments, status=1).stderr


def test_migrating_goes_through_every_tenant(call: Run, told: Told) -> None:
    assert told("migrate") == {"central": 0, "tenants": {"acme": 0, "demo": 0}, "failures": {}}
    assert told("migrate", "--central-only")["tenants"] == {}
    printed = lines(call("migrate", "--parallel", "1").stdout)
    assert printed[0] == {"event": "central", "migrations": 0}
    assert {one["name"] for one in printed if one.get("event") == "tenant"} == {"acme", "demo"}


def test_a_database_that_is_up_to_date_by_the_registry_is_looked_into_when_asked_for(
    call: Run, folder: Path
) -> None:
    def is_mended_by(*arguments: str) -> bool:
        with closing(sqlite3.connect(folder / "tenants" / "tenant_acme.sqlite")) as acme:
            acme.execute("DELETE FROM permissions WHERE name = 'accounts:*'")
            acme.commit()
            call(*arguments)
            return bool(acme.execute("SELECT 1 FROM permissions WHERE name = 'accounts:*'").fetchone())

    assert not is_mended_by("migrate")
    assert is_mended_by("migrate", "acme")
    assert is_mended_by("migrate", "--verify")

    def is_recorded_without(**parts: str) -> None:
        level = msgspec.structs.replace(tenant_level(), **parts)
        with closing(sqlite3.connect(folder / "central.sqlite")) as central:
            central.execute("UPDATE tenant SET schema_level = ?", [str(level)])
            central.commit()

    is_recorded_without(names="0" * 18)
    assert not is_mended_by("migrate"), "it lacks migrations at most"
    is_recorded_without(seeds="0" * 18)
    assert is_mended_by("migrate")
    call("tenants", "suspend", "acme")  # as for restoring its database
    assert is_mended_by("migrate")
    assert not is_mended_by("migrate")
    call("migrate", "--verify", "--central-only", status=2)


def test_or_through_those_that_are_named(call: Run, told: Told) -> None:
    assert told("migrate", "acme", "acme") == {"central": 0, "tenants": {"acme": 0}, "failures": {}}
    assert "freehold tenants list" in call("migrate", "acme", "nobody", status=1).stderr
    call("migrate", "acme", "--central-only", status=2)


def test_a_tenant_that_cannot_be_migrated_is_reported_and_the_others_are_migrated(
    call: Run, folder: Path
) -> None:
    for path in (folder / "tenants").glob("tenant_acme.sqlite*"):
        path.unlink()
    done = call("migrate", "--text", status=3)
    assert "Up to date: 1 tenant." in done.stdout
    assert "acme is not" in done.stderr
    assert "run it again" in done.stderr
    assert not list((folder / "tenants").glob("tenant_acme*"))


def test_every_act_is_in_the_audit_trail(call: Run, told: Told, environ: dict[str, str]) -> None:
    told("tenants", "create", "globex")
    told("tenants", "suspend", "globex")
    told("tenants", "delete", "globex", "--yes")
    source = "from central.tables import AuditEvent; print([r['action'] for r in await AuditEvent.select()])"
    printed = call("shell", "acme", "-c", source).stdout
    for action in ("tenant.create", "tenant.created", "tenant.suspend", "tenant.deleted", "tenant.shell"):
        assert f"'{action}'" in printed


def test_the_two_kinds_of_json_and_text_exclude_each_other(call: Run) -> None:
    assert "exclude" in call("tenants", "list", "--json", "--text", status=2).stderr


NO_SERVER = {"DB_HOST": "127.0.0.1", "DB_PORT": "1", "DB_ROOT_USER": "root", "DB_ROOT_PASSWORD": "hidden-one"}


def test_a_server_that_does_not_answer_is_reported_in_a_line(call: Run, told: Told) -> None:
    done = call("tenants", "create", "globex", "--text", status=1, **NO_SERVER)
    assert "'create database' failed. It was undone." in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "hidden-one" not in done.output
    assert len(told("tenants", "list")) == 2


def test_a_central_database_that_does_not_answer_too(call: Run) -> None:
    url = "mysql://somebody:hidden-one@127.0.0.1:1/central"
    done = call("tenants", "list", status=1, CENTRAL_DATABASE_URL=url)
    assert "Check CENTRAL_DATABASE_URL" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "hidden-one" not in done.output


def test_what_is_unforeseen_is_reported_in_a_sentence(call: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def boom(*_arguments: object) -> None:
        raise RuntimeError("of all things")

    monkeypatch.setattr("api.cli.tenants.all_tenants", boom)
    assert "RuntimeError: of all things" in call("tenants", "list", status=1).stderr


ACCEPT = """
user = await platform.people.invitations.accept(scope, {token!r}, "staple battery horse")
signed_in = await platform.authentication.sign_in(scope, {email!r}, "staple battery horse", "203.0.113.7", "")
access = await platform.authentication.authenticate(scope, signed_in.access_token)
print(access.roles, "users:manage" in access.permissions)
"""


@pytest.mark.parametrize(
    ("email", "roles"),
    [("eve@acme.example", 1), ("viewer@acme.example", 2), ("administrator@acme.example", 1)],
)
def test_somebody_is_let_in_again(call: Run, told: Told, email: str, roles: int) -> None:
    if email.startswith("viewer"):
        call(
            "shell", "acme", "-c", f"await User.update({{User.active: False}}).where(User.email == {email!r})"
        )
    made = told("tenants", "administrator", "acme", email.upper())
    assert (made["email"], made["domain"]) == (email, "acme.localhost")
    page, _, token = made["link"].rpartition("/")
    assert page.startswith("https://acme.localhost/")
    printed = call("shell", "acme", "-c", ACCEPT.format(token=token, email=email)).stdout
    assert printed.strip().endswith("True")
    assert printed.count("'") == 2 * roles
    assert "administrator" in printed
    again = call("tenants", "administrator", "acme", email, "--text").stdout
    assert token not in again
    assert "token" not in made
    assert "https://acme.localhost/reset/fhl_" in again
    events = (
        "from tenant_schema.users.tables import AuditEvent\n"
        "print([row['actor_email'] for row in await AuditEvent.select()])"
    )
    assert "command line" in call("shell", "acme", "-c", events).stdout


def test_an_administrator_from_the_command_line_can_sign_in_with_a_password(call: Run, told: Told) -> None:
    def settings(source: str) -> str:
        script = f"from tenant_schema.users.sign_in_tables import SignInSettings\n{source}"
        return call("shell", "acme", "-c", script).stdout.strip()

    settings("await SignInSettings(password_enabled=False).save()")
    told("tenants", "administrator", "acme", "administrator@acme.example")
    assert settings("print((await SignInSettings.select())[0]['password_enabled'])") == "True"


def test_who_cannot_be_an_administrator_is_reported(call: Run) -> None:
    assert "email: " in call("tenants", "administrator", "acme", "nobody", status=1).stderr


def test_sample_records_come_and_go(call: Run, told: Told) -> None:
    created = told("tenants", "sample", "acme")
    assert (created["slug"], created["created"] > 40) == ("acme", True)
    assert told("tenants", "sample", "acme")["created"] == 0
    assert "--changed needs --remove" in call("tenants", "sample", "acme", "--changed", status=2).stderr
    removed = told("tenants", "sample", "acme", "--remove")
    assert (removed["removed"], removed["kept"]) == (created["created"], 0)
