"""A step fails: over HTTP, what was made is undone, and the answer says so without internals."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from api.app import create_app
from api.composition import compose
from central.database import CENTRAL
from central.jobs.pipeline import Moment
from central.secrets.keys import EncryptionKey, generate_key
from central.settings.settings import Settings
from tenant_schema.users.passwords.hashing import HashParameters
from tests.crash.test_crash_matrix import CREATION, DELETION

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKEN = "fho_" + "an-operator-for-tests-" * 2
SECRET = "hunter2"


class Failing:
    """Fails before one step, with a message that nobody outside may see."""

    def __init__(self) -> None:
        self.step = ""

    async def before(self, moment: Moment) -> None:
        if moment.step == self.step and not moment.is_undoing:
            raise OSError(f"password={SECRET} in /var/lib/freehold/tenants")

    async def after(self, moment: Moment) -> None:
        pass


class Installation:
    """A platform in a folder, with an observer that can fail, and a client who is an operator."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.failing = Failing()
        settings = Settings(
            central_database_url=f"sqlite:///{folder / 'central.sqlite'}",
            data_dir=folder,
            encryption_keys=(EncryptionKey.from_hex(generate_key()),),
            sqlite_synchronous="OFF",
        )
        self.platform = compose(settings, self.failing, hashing=HashParameters(1, 8, 1))
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=create_app(platform=self.platform), raise_app_exceptions=False),
            base_url="http://localhost",
            headers={"Authorization": f"Bearer {TOKEN}"},
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Installation"]:
        await self.platform.central_migrator.migrate(self.platform.central_engine)
        with CENTRAL.bind(self.platform.central_engine):
            await self.platform.operators.ensure_first_operator(TOKEN)
        async with self.client:
            yield self
        await self.platform.close()

    async def make(self, slug: str) -> httpx.Response:
        body = {"name": slug, "slug": slug, "primaryDomain": slug}
        return await self.client.post("/setup/tenants", json=body)

    async def slugs(self) -> list[str]:
        return [tenant["slug"] for tenant in (await self.client.get("/setup/tenants")).json()["data"]]

    def files(self) -> list[str]:
        return [path.name for path in self.folder.glob("tenants/*")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with Installation(tmp_path_factory.mktemp("freehold")).running() as installation:
        yield installation


@pytest.fixture
def installation(shared: Installation) -> Iterator[Installation]:
    """The one of the module, in which nothing fails yet; what it logs is not shown."""
    shared.failing.step = ""
    with capture_logs():
        yield shared


def assert_says_nothing_of_the_inside(answer: httpx.Response) -> None:
    for word in (SECRET, "/var", "OSError", "sqlite", "Traceback"):
        assert word not in answer.text


@pytest.mark.parametrize("step", CREATION)
async def test_a_step_of_making_fails(installation: Installation, step: str) -> None:
    installation.failing.step = step
    answer = await installation.make("acme")
    assert (answer.status_code, answer.json()["code"]) == (503, "creation-failed")
    assert (
        answer.json()["detail"]
        == f"The tenant 'acme' could not be created: the step '{step}' failed. It was undone."
    )
    assert_says_nothing_of_the_inside(answer)
    assert (await installation.slugs(), installation.files()) == ([], [])
    installation.failing.step = ""
    made = await installation.make("acme")
    assert made.status_code == 201
    await installation.client.delete(f"/setup/tenants/{made.json()['tenantId']}")


@pytest.mark.parametrize("step", DELETION[1:])
async def test_a_step_of_deleting_fails(installation: Installation, step: str) -> None:
    tenant_id = (await installation.make("acme")).json()["tenantId"]
    installation.failing.step = step
    answer = await installation.client.delete(f"/setup/tenants/{tenant_id}")
    assert (answer.status_code, answer.json()["code"]) == (503, "deletion-failed")
    assert f"the step '{step}' failed" in answer.json()["detail"]
    assert_says_nothing_of_the_inside(answer)
    host = {"Host": "acme.localhost"}
    assert (await installation.client.get("/api/v1/tenant", headers=host)).status_code == 404
    again = await installation.client.delete(f"/setup/tenants/{tenant_id}")
    assert (again.status_code, again.json()["code"]) == (409, "wrong-status")
    installation.failing.step = ""
    with CENTRAL.bind(installation.platform.central_engine):
        report = await installation.platform.provisioning.reconcile()
    assert report.finished == ("acme",)
    assert (await installation.slugs(), installation.files()) == ([], [])
