"""Commands where tenants have database users and changes of objects can stop half-way."""

import asyncio
from pathlib import Path

import pytest

from central.secrets.keys import EncryptionKey, generate_key
from piccolo_engines.mysql import MySQLEngine
from tests.api.cli.conftest import Run, Told
from tests.api.conftest import KEY
from tests.api.on_mariadb import MariaDBTemplate

NOT_SET_UP = {"backups", "mail"}
"""There is neither a store nor a mail server."""
DYING = """
from tenant_schema.objects.changes.recovery import Recovery
from tenant_schema.objects.definitions.drafts import ObjectDraft
from tenant_schema.objects.service import SchemaService
from tenant_schema.tenant_cache import ACCESS, VersionedCache
from api.operations.command_line_access import COMMAND_LINE

def die(point):
    raise KeyboardInterrupt

service = SchemaService(platform.catalog, VersionedCache(ACCESS), Recovery(at=die))
draft = ObjectDraft(name="deals", label="Deal", plural_label="Deals")
try:
    await service.create_object(scope, COMMAND_LINE, draft)
except KeyboardInterrupt:
    print("died")
"""


def test_a_change_of_an_object_that_is_half_done(told: Told, call: Run) -> None:
    assert call("shell", "acme", "-c", DYING).stdout == "died\n"
    (finding,) = [one for one in told("doctor", "acme") if one["about"] == "tenant acme"]
    assert (finding["level"], finding["mend"]) == ("warning", "freehold tenants reconcile")
    assert "deals" in finding["message"]
    assert told("tenants", "reconcile")["objects"] == {"acme": ["deals"]}
    (finding,) = [one for one in told("doctor", "acme") if one["about"] == "tenant acme"]
    assert finding["level"] == "ok"


@pytest.fixture
def environ(
    mariadb_template: MariaDBTemplate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """What the commands see, in place of the same on SQLite."""
    asyncio.run(mariadb_template.restore())
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o700)
    given = {name.upper(): str(value) for name, value in mariadb_template.settings.items()}
    return given | {"DATA_DIR": str(tmp_path), "ENCRYPTION_KEY": KEY.secret.hex()}


def test_a_tenant_from_its_making_to_its_end(call: Run, told: Told) -> None:
    made = told("tenants", "create", "globex")
    assert made["dbUsername"]
    assert made["dbPassword"]
    assert call("shell", "globex", "-c", "print(await User.count())").stdout == "1\n"
    assert {one["about"] for one in told("doctor") if one["level"] != "ok"} == NOT_SET_UP
    assert told("migrate")["tenants"] == {"acme": 0, "demo": 0, "globex": 0}
    assert told("tenants", "delete", "globex", "--yes") == {"slug": "globex", "deleted": True}


def test_a_tenant_whose_database_user_was_changed_by_hand(
    call: Run, told: Told, mariadb_template: MariaDBTemplate
) -> None:
    made = told("tenants", "create", "globex")
    by_hand = f"ALTER USER '{made['dbUsername']}'@'%' IDENTIFIED BY 'by-hand-Zx1_'"
    asyncio.run(MySQLEngine(mariadb_template.address.config).run_ddl(by_hand))
    (finding,) = [one for one in told("doctor", "globex", status=1) if one["about"] == "tenant globex"]
    assert finding["mend"] == "freehold tenants change-password globex"
    changed = told("tenants", "change-password", "globex")
    assert changed["dbPassword"] not in (None, made["dbPassword"])
    assert {one["about"] for one in told("doctor", "globex") if one["level"] != "ok"} == NOT_SET_UP
    said = call("tenants", "change-password", "globex", "--end-connections", "--text").stdout
    assert made["dbUsername"] in said
    assert told("tenants", "reconcile")["changed"] == []
    told("tenants", "delete", "globex", "--yes")


def test_a_key_is_replaced_while_tenants_go_on(call: Run, told: Told) -> None:
    new = generate_key()
    both = f"{new},{KEY.secret.hex()}"
    assert told("keys", "rotate", ENCRYPTION_KEY=both)["done"] == 2
    for keys in (both, new):
        assert call("shell", "acme", "-c", "print(await User.count())", ENCRYPTION_KEY=keys).stdout == "4\n"
    assert EncryptionKey.from_hex(new).id in call("keys", "status", ENCRYPTION_KEY=new).stdout
    old = [one for one in told("doctor", status=1) if one["about"] == "tenant acme"]
    assert (
        f"credentials cannot be opened: No encryption key with the id '{EncryptionKey.from_hex(new).id}'"
        in (old[0]["message"])
    )
    assert "ENCRYPTION_KEY" in old[0]["mend"]


def test_a_server_is_emptied_but_for_a_tenant_that_cannot_be_moved(call: Run, told: Told) -> None:
    users = call("shell", "acme", "-c", "print(await User.count())").stdout
    server, sqlite = told("servers", "list")[:2]
    assert (server["tenants"], sqlite["name"]) == (2, "sqlite")
    assert "No other server" in call("servers", "empty", server["name"], status=1).stderr
    told("tenants", "suspend", "demo")
    emptied = told("servers", "empty", server["name"], "--to", "sqlite", status=3)
    assert emptied["moved"] == {"acme": "sqlite"}
    assert set(emptied["failures"]) == {"demo"}
    told("tenants", "resume", "demo")
    text = call("servers", "empty", server["name"], "--to", "sqlite", "--text").stdout
    assert text == f"demo is on sqlite now.\n{server['name']} has 0 tenants.\n"
    server, sqlite = told("servers", "list")[:2]
    assert (server["tenants"], server["draining"], sqlite["tenants"]) == (0, True, 2)
    assert call("shell", "acme", "-c", "print(await User.count())").stdout == users
