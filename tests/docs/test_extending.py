"""``docs/extending.md`` is applied to a copy of the repository: to a tenant of before, and to a new one."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.processes import environment, free_port, freehold, serving

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "extending.md").read_text()
FILE = re.compile(
    r"^`(?P<name>extensions/[\w/.]+)`:\n\n```python\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
LISTS = re.compile(
    r"^`piccolo_conf.py`, before `APP_REGISTRY`:\n\n```python\n(.*?)^```$", re.DOTALL | re.MULTILINE
)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
RESULT = re.compile(r"^[{\[]$.*", re.DOTALL | re.MULTILINE)
NOT_COPIED = shutil.ignore_patterns(
    ".*", "var", "tests", "benchmarks", "__pycache__", "*.egg-info", "images", "node_modules"
)


@dataclass
class Copy:
    """The copy of the repository, and the data of the installation that runs from it."""

    folder: Path
    data: Path
    admins: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        return {"PYTHONPATH": str(self.folder), "DATA_DIR": str(self.data / "var")}

    def run(self, *arguments: str) -> str:
        """``freehold ...`` of the copy."""
        return freehold(list(arguments), folder=self.data, environ=self.environ)

    def told(self, *arguments: str) -> Any:
        """What a command says in JSON; events come before it, one on a line."""
        printed = RESULT.search(self.run(*arguments, "--json"))
        assert printed is not None
        return json.loads(printed[0])

    def new_tenant(self, slug: str) -> None:
        self.admins[slug] = self.told("tenants", "create", slug)["admin"]

    def apply(self, page: str) -> None:
        """Write the files of the page, and its lines of ``piccolo_conf.py``; run its first command."""
        for found in FILE.finditer(page):
            path = self.folder / found["name"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(found["text"])
        (lines,), conf = LISTS.findall(page), self.folder / "piccolo_conf.py"
        conf.write_text(conf.read_text().replace("\nAPP_REGISTRY =", f"\n{lines}\nAPP_REGISTRY ="))
        (commands,) = COMMANDS.findall(page)
        app, why = re.findall(r'^make migration APP=(\w+) WHY="(.*)"$', commands, re.MULTILINE)[0]
        command = [sys.executable, "tools/new-migration", app, why]
        environ = environment(self.environ)
        run = partial(subprocess.run, capture_output=True, text=True, timeout=120, check=False)
        done = run(command, cwd=self.folder, env=environ)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """With the tenant acme made before the page was applied, and demo after."""
    folder, data = tmp_path_factory.mktemp("copy") / "freehold", tmp_path_factory.mktemp("data")
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    made = Copy(folder, data)
    made.run("setup")
    made.new_tenant("acme")
    made.apply(PAGE)
    made.run("migrate")
    made.new_tenant("demo")
    return made


@pytest.fixture(scope="module")
def client(copy: Copy) -> Iterator[Callable[[str], httpx.Client]]:
    """Clients of the tenants' administrators, by slug."""
    port = free_port()

    def signed_in(slug: str) -> httpx.Client:
        base, host = f"http://127.0.0.1:{port}/api/v1", {"Host": f"{slug}.localhost:{port}"}
        token = httpx.post(f"{base}/auth/login", headers=host, json=copy.admins[slug]).json()["accessToken"]
        return httpx.Client(base_url=base, headers=host | {"Authorization": f"Bearer {token}"})

    with (
        serving(folder=copy.data, port=port, environ=copy.environ | {"PORT": str(port)}),
        ExitStack() as open_ones,
    ):
        yield lambda slug: open_ones.enter_context(signed_in(slug))


def new_ticket(client: httpx.Client, **values: Any) -> dict[str, Any]:
    made = client.post("/data/tickets", json={"subject": "The printer is on fire", **values})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()["data"]
    return found


def test_the_migration_is_about_the_new_tables(copy: Copy) -> None:
    (migration,) = (copy.folder / "extensions/helpdesk/piccolo_migrations").glob("helpdesk_*.py")
    created = re.findall(r'manager\.add_table\("\w+", "(\w+)"\)', migration.read_text())
    assert created == ["tickets", "helpdesk_watches"]
    assert "RecordMigration(" in migration.read_text()


def test_tables_are_what_their_definitions_say(copy: Copy) -> None:
    findings = copy.told("doctor")
    about = {one["about"]: one["level"] for one in findings if one["about"].startswith("tenant ")}
    assert about == {"tenant acme": "ok", "tenant demo": "ok"}


@pytest.mark.parametrize("slug", ["acme", "demo"])
def test_the_standard_object_has_the_record_api(client: Callable[[str], httpx.Client], slug: str) -> None:
    ada = client(slug)
    account = ada.post("/data/accounts", json={"name": "Globex"}).json()["data"]
    ticket = new_ticket(ada, account=account["id"], satisfaction=4)
    params = {"filter[satisfaction][gte]": "4", "search": "printer", "expand": "account"}
    (found,) = ada.get("/data/tickets", params=params).json()["data"]
    assert (found["id"], found["account"]["name"]) == (ticket["id"], "Globex")
    summary = ada.get("/data/tickets/aggregate", params={"select": "avg(satisfaction)"})
    assert summary.status_code == 200, summary.text
    files = {"file": ("tickets.csv", "Subject,Satisfaction\nA,5\n", "text/csv")}
    csv = ada.post("/data/tickets/import", files=files)
    assert csv.status_code == 200, csv.text


@pytest.mark.parametrize("slug", ["acme", "demo"])
def test_the_field_type_checks_its_values_and_serves_own_objects(
    client: Callable[[str], httpx.Client], slug: str
) -> None:
    ada = client(slug)
    refused = ada.post("/data/tickets", json={"subject": "x", "satisfaction": 6})
    (problem,) = refused.json()["errors"]
    assert (refused.status_code, problem["field"], problem["code"]) == (422, "satisfaction", "out-of-range")
    fields = [{"name": "stars", "type": "rating", "best": 3}]
    assert ada.post("/objects", json={"name": "reviews", "fields": fields}).status_code == 201
    assert ada.post("/data/reviews", json={"stars": 4}).status_code == 422
    assert ada.post("/data/reviews", json={"stars": 3}).json()["data"]["stars"] == 3


def test_the_controller_serves_each_tenant_its_own_rows(client: Callable[[str], httpx.Client]) -> None:
    acme, demo = client("acme"), client("demo")
    for ada in (acme, demo):
        ticket = new_ticket(ada)["id"]
        for _ in range(2):
            watched = ada.put(f"/watches/{ticket}")
            assert (watched.status_code, watched.json().get("ticket")) == (200, ticket), watched.text
        assert [one["ticket"] for one in ada.get("/watches").json()] == [ticket]
    refused = demo.put(f"/watches/{acme.get('/watches').json()[0]['ticket']}")
    assert (refused.status_code, refused.json()["code"]) == (404, "record-not-found")


def test_the_controller_is_for_users_who_have_signed_in(client: Callable[[str], httpx.Client]) -> None:
    acme, demo = client("acme"), client("demo")
    assert acme.get("/watches", headers={"Authorization": demo.headers["Authorization"]}).status_code == 401
    schema = acme.get(str(acme.base_url).replace("/api/v1/", "/schema")).json()
    assert "/api/v1/watches/{id}" in schema["paths"]
