"""From start to end: what has to be there, what is mended, what is closed."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.app import Freehold, create_app
from api.composition import compose
from api.errors import CentralOutOfDate
from api.server.lifespan import keep_up
from central.database import CENTRAL
from central.errors import WrongEncryptionKey
from central.idempotency import KEEP_RESPONSES
from central.jobs.pipeline import Moment
from central.secrets.keys import EncryptionKey, generate_key
from central.settings.settings import Settings
from central.tables import IdempotencyKey
from piccolo_engines.columns import utc_now
from piccolo_engines.errors import EngineClosed
from tests.api.conftest import CHEAP, ON_SQLITE, Warm, World, served, settings_in, world_of
from tests.api.scenarios import assert_problem
from tests.support.waiting import until


async def test_it_refuses_to_start_while_central_migrations_are_pending(tmp_path: Path) -> None:
    platform = compose(settings_in(tmp_path), hashing=CHEAP)
    with pytest.raises(ExceptionGroup) as caught:
        async with served(create_app(platform=platform)):
            pass
    assert caught.group_contains(CentralOutOfDate, match="freehold migrate")
    with pytest.raises(EngineClosed):
        await platform.central_engine.run_ddl("SELECT 1")


@ON_SQLITE
async def test_everything_is_closed_at_the_end(settings: Settings, warm: Warm) -> None:
    async with world_of(settings, warm) as world:
        assert (await world.client().get("/api/v1/tenant")).status_code == 200
        assert world.platform.engines.stats().open == 1
    assert world.platform.engines.stats().open == 0
    with pytest.raises(EngineClosed):
        await world.platform.central_engine.run_ddl("SELECT 1")


class FailingAt:
    """Fails one step of provisioning."""

    def __init__(self, step: str) -> None:
        self.step = step

    async def before(self, moment: Moment) -> None:
        if moment.step == self.step:
            raise OSError("no space left")

    async def after(self, moment: Moment) -> None:
        pass


@ON_SQLITE
async def test_what_was_left_half_deleted_is_finished_at_the_next_start(
    settings: Settings, warm: Warm
) -> None:
    async with world_of(settings, warm, FailingAt("drop database")) as world:
        answer = await world.operator().delete(f"/setup/tenants/{await world.tenant_id('acme')}")
        assert answer.status_code == 503
        assert_problem(answer, "deletion-failed")
        assert (await world.client().get("/api/v1/tenant")).status_code == 404
        assert list((settings.data_dir / "tenants").glob("tenant_acme*"))
    async with world_of(settings, warm) as world:
        assert not list((settings.data_dir / "tenants").glob("tenant_acme*"))
        found = (await world.operator().get("/setup/tenants")).json()["data"]
        assert [one["slug"] for one in found] == ["demo"]


async def test_litestar_s_own_command_can_make_it_from_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tests.api.conftest import KEY

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("api.app.configure_logs", lambda *_: None)
    monkeypatch.setenv("ENCRYPTION_KEY", KEY.secret.hex())
    monkeypatch.setenv("DATA_DIR", str(folder))
    monkeypatch.setenv("CENTRAL_DATABASE_URL", f"sqlite:///{folder / 'central.sqlite'}")
    app = create_app()
    assert isinstance(app, Freehold)
    async with served(app):
        assert (await World(app.platform, app).client().get("/api/v1/tenant")).status_code == 200


async def test_background_tasks_keep_their_tenant(settings: Settings, warm: Warm) -> None:
    """A Litestar response with a background task: it runs with the tenant bound."""
    from litestar import Response, get
    from litestar.background_tasks import BackgroundTask

    from api.requests.request import TenantRequest
    from piccolo_conf import DB
    from tenant_schema.users.tables import User

    seen: list[Any] = []

    async def look() -> None:
        seen.append((await User.select(User.email).order_by(User.email).first())["email"])

    @get("/later")
    async def later(request: TenantRequest) -> Response[str]:
        return Response(request.tenant.slug, background=BackgroundTask(look))

    app = Freehold(route_handlers=[later])
    async with world_of(settings, replace(warm, app=app)) as world:
        for slug in ("acme", "demo"):
            assert (await world.client(f"{slug}.localhost").get("/later")).text == slug
    assert seen == ["administrator@acme.example", "administrator@demo.example"]
    assert not DB.is_bound


@ON_SQLITE
async def test_old_idempotency_keys_are_forgotten_while_it_runs(world: World) -> None:
    async def keys() -> list[str]:
        with CENTRAL.bind(world.platform.central_engine):
            return await IdempotencyKey.select(IdempotencyKey.key).output(as_list=True)

    for number, age in enumerate([timedelta(0), KEEP_RESPONSES + timedelta(minutes=1)]):
        body = {"name": "New", "slug": f"new-{number}", "primaryDomain": f"new-{number}"}
        named = {"Idempotency-Key": f"key-{number}"}
        assert (await world.operator().post("/setup/tenants", json=body, headers=named)).status_code == 201
        with CENTRAL.bind(world.platform.central_engine):
            await IdempotencyKey.update({IdempotencyKey.leased_until: utc_now() - age}).where(
                IdempotencyKey.key == f"key-{number}"
            )
    upkeep = asyncio.create_task(keep_up(world.platform, timedelta(milliseconds=1)))

    async def is_forgotten() -> bool:
        return await keys() == ["key-0"]

    await until(is_forgotten)
    upkeep.cancel()
    await asyncio.gather(upkeep, return_exceptions=True)


@ON_SQLITE
async def test_it_refuses_to_start_with_another_encryption_key(settings: Settings, warm: Warm) -> None:
    async with world_of(settings, warm):
        pass
    other = EncryptionKey.from_hex(generate_key())
    with pytest.raises(ExceptionGroup) as caught:
        async with world_of(replace(settings, encryption_keys=(other,)), warm):
            pass
    assert caught.group_contains(WrongEncryptionKey, match=settings.encryption_keys[0].id)
    async with world_of(replace(settings, encryption_keys=(other, *settings.encryption_keys)), warm):
        pass
