"""Handlers that somebody adds may take and return whatever Litestar's handlers do."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

import msgspec
import pytest
from litestar import Controller, Response, get, post, route
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import UploadFile
from litestar.di import Provide
from litestar.dto import DTOConfig, MsgspecDTO
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery, JSONBody
from piccolo.engine.base import Engine

from api.app import Freehold
from api.requests.guards import admits_anyone, requires_user
from api.requests.sources import Injected
from piccolo_conf import DB
from tenant_schema.scope import TenantScope
from tenant_schema.users.errors import PermissionDenied
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.tables import User
from tests.api.conftest import Warm, world_of
from tests.api.scenarios import assert_problem

_BOUND: Final[list[tuple[bool, int]]] = []


class Deal(msgspec.Struct):
    name: Annotated[str, msgspec.Meta(min_length=1)]
    secret: str = "none"


@dataclass
class Point:
    x: int


class PublicDeal(MsgspecDTO[Deal]):
    config = DTOConfig(exclude={"secret"})


async def count_users(engine: Engine[Any]) -> None:
    _BOUND.append((DB.bound is engine, await User.count()))


async def provide_transaction(tenant_engine: Injected[Engine[Any]]) -> AsyncIterator[None]:
    async with tenant_engine.transaction():
        yield


async def provide_count(tenant_engine: Injected[Engine[Any]]) -> AsyncIterator[int]:
    assert DB.bound is tenant_engine
    yield await User.count()


class AddedController(Controller):
    path = "/api/v1/added"
    before_request = requires_user

    @post("/list", status_code=200)
    async def take_list(self, tenant: Injected[TenantScope], data: JSONBody[list[Deal]]) -> list[str]:
        return [f"{tenant.slug} {one.name}" for one in data]

    @post("/point", status_code=200)
    async def take_dataclass(self, data: JSONBody[Point]) -> int:
        return data.x

    @post("/maybe", status_code=200)
    async def take_struct_or_none(self, data: JSONBody[Deal | None]) -> bool:
        return data is None

    @post("/dto", status_code=200, dto=PublicDeal, return_dto=None)
    async def take_dto(self, tenant: Injected[TenantScope], data: JSONBody[Deal]) -> list[str]:
        return [tenant.slug, data.name, data.secret]

    @post("/file", status_code=200)
    async def take_file(
        self, data: Annotated[UploadFile, Body(media_type=RequestEncodingType.MULTI_PART)]
    ) -> str:
        return (await data.read()).decode()

    @get(["/page", "/page/{name:str}"], include_in_schema=False)
    async def read_page(
        self, tenant: Injected[TenantScope], name: FromPath[str] = "first", number: FromQuery[int] = 1
    ) -> str:
        return f"{tenant.slug} {name} {number + 1}"

    @route("/both", http_method=["GET", "POST"], status_code=200)
    async def take_both(self, tenant: Injected[TenantScope]) -> str:
        return tenant.slug

    @post(
        "/transaction",
        status_code=200,
        dependencies={"transaction": Provide(provide_transaction), "count": Provide(provide_count)},
    )
    async def write(
        self,
        transaction: Injected[None],
        count: Injected[int],
        access: Injected[Access],
        name: FromQuery[str],
    ) -> int:
        assert transaction is None
        assert DB.transaction_exists()
        await User.update({User.name: name}).where(User.id == access.user_id)
        if name == "wrong":
            raise PermissionDenied("deals", "update")
        return count

    @get("/background")
    async def start(self, tenant_engine: Injected[Engine[Any]]) -> Response[str]:
        return Response("begun", background=BackgroundTask(count_users, tenant_engine))


class OutOfStock(Exception):
    """Raised by a handler below, and handled by its controller."""


class ExplainedController(Controller):
    path = "/explained"
    exception_handlers = {OutOfStock: lambda _request, _error: Response("sold out", status_code=410)}

    @get("/{what:str}", before_request=admits_anyone)
    async def sell(self, what: FromPath[str]) -> str:
        raise OutOfStock if what == "tea" else PermissionDenied(what, "read")


@pytest.fixture(scope="module")
def app() -> Freehold:
    return Freehold(route_handlers=[AddedController])


@pytest.fixture
async def added(settings: Any, warm: Warm, app: Freehold) -> Any:
    async with world_of(settings, replace(warm, app=app)) as world:
        client = await world.user()
        client.base_url = client.base_url.join("/api/v1/added/")
        yield client


async def test_bodies_of_every_type_are_checked(added: Any) -> None:
    assert (await added.post("list", json=[{"name": "a"}, {"name": "b"}])).json() == ["acme a", "acme b"]
    problem = assert_problem(await added.post("list", json=[{"name": ""}]), "validation")
    assert problem["errors"] == [{"field": "[0].name", "code": "too-short", "message": "Must not be empty."}]
    assert (await added.post("point", json={"x": 3})).json() == 3
    assert_problem(await added.post("point", json={"x": "3"}), "validation")
    assert (await added.post("maybe", content="null", headers={"content-type": "application/json"})).json()
    assert_problem(await added.post("list", data={"name": "a"}), "unsupported-media-type")


async def test_a_large_list_is_checked(added: Any) -> None:
    deals = [{"name": f"{number:0100}"} for number in range(2_000)]
    assert len((await added.post("list", json=deals)).json()) == 2_000
    assert_problem(await added.post("list", json=[*deals, {"name": 1}]), "validation")


async def test_what_a_dto_leaves_out_is_not_taken(added: Any) -> None:
    assert (await added.post("dto", json={"name": "a", "secret": "b"})).json() == ["acme", "a", "none"]


async def test_files_are_read(added: Any) -> None:
    assert (await added.post("file", files={"data": b"abc"})).text == "abc"


async def test_several_paths_and_methods_of_one_handler(added: Any) -> None:
    assert (await added.get("page")).text == "acme first 2"
    assert (await added.get("page/second?number=3")).text == "acme second 4"
    assert [(await added.request(method, "both")).text for method in ("GET", "POST")] == ["acme", "acme"]


async def test_a_provider_may_begin_a_transaction(added: Any) -> None:
    """With a second provider beside it, that ends at the same time."""
    for name, status in (("first", 200), ("wrong", 403), ("second", 200)):
        assert (await added.post(f"transaction?name={name}")).status_code == status
        users = await added.get("http://acme.localhost/api/v1/users?search=administrator@")
        assert users.json()["data"][0]["name"] == ("first" if name == "wrong" else name)


async def test_a_text_is_replayed(added: Any) -> None:
    answers = [await added.post("both", headers={"Idempotency-Key": "a-text"}) for _ in range(2)]
    assert [(one.status_code, one.text) for one in answers] == [(200, "acme")] * 2
    assert [one.headers.get("idempotent-replayed") for one in answers] == [None, "true"]


async def test_the_engine_is_bound_in_background_tasks(added: Any) -> None:
    _BOUND.clear()
    assert (await added.get("background")).text == "begun"
    assert _BOUND == [(True, 4)]
    assert not DB.is_bound


async def test_exceptions_are_handled_by_the_controller_that_says_so(settings: Any, warm: Warm) -> None:
    app = Freehold(route_handlers=[ExplainedController])
    async with world_of(settings, replace(warm, app=app)) as world:
        guest = world.client("acme.localhost")
        answer = await guest.get("/explained/tea")
        assert (answer.status_code, answer.text) == (410, "sold out")
        assert_problem(await guest.get("/explained/milk"), "permission-denied")
        assert_problem(await guest.get("/api/v1/auth/me"), "not-authenticated")
