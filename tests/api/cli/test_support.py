"""``freehold tenants support``: an operator comes into a tenant from the command line."""

import asyncio
import json
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

from piccolo_conf import DB
from piccolo_engines.columns import new_id
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import ACCESS, VersionedCache
from tenant_schema.users.mails import Mails
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.sign_in_tables import SignInSettings
from tenant_schema.users.support.service import Support
from tests.api.cli.conftest import Run, Told
from tests.support.processes import COMMAND, environment
from tests.support.terminal import in_terminal

ASK = ("tenants", "support", "acme", "--reason", "Ticket 4711")
ACME = TenantScope(new_id(), "acme", "Acme Corporation")


def in_acme(folder: Path, work: Callable[[], Awaitable[object]]) -> None:
    """Run ``work`` on acme's database, as another process does."""

    async def run() -> None:
        engine = SQLiteEngine(folder / "tenants" / "tenant_acme.sqlite")
        with DB.bind(engine):
            await work()
        await engine.close()

    asyncio.run(run())


def allow(folder: Path, what: str) -> None:
    in_acme(folder, lambda: SignInSettings.insert(SignInSettings(support_access=what)).run())


def test_a_link_is_printed_when_the_tenant_always_allows_it(call: Run, told: Told, folder: Path) -> None:
    allow(folder, "always")
    made = told(*ASK, "--minutes", "5", "--operator", "operator")
    assert made["state"] == "granted"
    assert made["ticketUrl"].startswith("https://acme.localhost/login#ticket=fhs_")
    assert "https://acme.localhost/login#ticket=fhs_" in call(*ASK, "--text").stdout
    listed = told("tenants", "support", "acme", "--list")
    assert [(one["operator"], one["minutes"]) for one in listed] == [("command line", 30), ("operator", 5)]
    assert told("tenants", "support", "acme", "--end", made["id"])["state"] == "ended"
    assert "is ended" in call("tenants", "support", "acme", "--end", made["id"], status=1).stderr


def test_what_is_refused(call: Run, folder: Path) -> None:
    assert "3 to 500 characters" in call(*ASK[:3], "--reason", " x ", status=1).stderr
    assert "Give one of" in call(*ASK[:3], status=2).stderr
    assert "Give one of" in call(*ASK, "--list", status=2).stderr
    assert "no such operator" in call(*ASK, "--operator", "nobody", status=1).stderr
    assert "'nowhere'" in call("tenants", "support", "nowhere", "--list", status=1).stderr
    allow(folder, "never")
    assert "does not allow support access" in call(*ASK, status=1).stderr


def test_it_waits_until_an_administrator_has_agreed(
    environ: dict[str, str], tmp_path: Path, folder: Path
) -> None:
    process = subprocess.Popen(
        [*COMMAND, *ASK],
        cwd=tmp_path,
        env=environment(environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        assert process.stdout is not None
        asked = json.loads(process.stdout.readline())
        assert (asked["event"], asked["state"]) == ("asked", "asked")
        administrator = Access(new_id(), new_id(), "", "", (), frozenset({"users:manage"}))
        support = Support(VersionedCache(ACCESS), Mails(None))
        in_acme(folder, lambda: support.grant(ACME, administrator, asked["id"]))
        link = json.loads(process.stdout.readline())
        assert (link["id"], link["state"]) == (asked["id"], "granted")
        assert process.wait(60) == 0


def test_ctrl_c_withdraws_the_request(environ: dict[str, str], tmp_path: Path, told: Told) -> None:
    command = [*COMMAND, *ASK]
    with in_terminal(command, folder=tmp_path, environ=environment(environ), size=(120, 40)) as terminal:
        terminal.until("has to agree")
        terminal.interrupt("was withdrawn")
        assert terminal.end() == 130
    assert [one["state"] for one in told("tenants", "support", "acme", "--list")] == ["ended"]
