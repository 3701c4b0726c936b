"""For random roles, rules and requests every route answers as a plain model does, and nothing leaks.

Nothing is readable by any route that ``explain`` says is not.
"""

import csv
import io
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.change import changing_access
from tenant_schema.users.roles.records import FieldLimit, RuleDraft
from tenant_schema.users.roles.writer import write_fields, write_permissions, write_rules
from tenant_schema.users.tables import UserRole
from tests.api.access.rights_model import FIELDS, READ_ONLY, Model, RolePlan, Row, documents, role_plans
from tests.api.conftest import ON_SQLITE, World
from tests.api.people import made_role, made_user, user_id

DATA, EXPLAIN = "/api/v1/data", "/api/v1/permissions/explain"
FIRMS: dict[str, Any] = {
    "name": "firms",
    "label": "Firm",
    "pluralLabel": "Firms",
    "fields": [
        {"name": "name", "label": "Name", "type": "text"},
        {"name": "industry", "label": "Industry", "type": "text"},
    ],
}
DEALS: dict[str, Any] = {
    "name": "deals",
    "label": "Deal",
    "pluralLabel": "Deals",
    "fields": [
        {"name": "name", "label": "Name", "type": "text", "searchable": True},
        {"name": "stage", "label": "Stage", "type": "select", "options": ["open", "won", "lost"]},
        {"name": "amount", "label": "Amount", "type": "integer"},
        {"name": "secret", "label": "Secret", "type": "text", "searchable": True},
        {"name": "firm", "label": "Firm", "type": "lookup", "target": "firms"},
    ],
}
HUSH = "hushhush"


@dataclass
class Stage:
    """What every example plays on: records that stay as they are, three roles, and a user who has some."""

    world: World
    scope: TenantScope
    subject: httpx.AsyncClient
    subject_id: str
    boss: httpx.AsyncClient
    role_ids: list[UUID]
    rows: dict[str, list[Row]]
    trash: frozenset[str]
    permissions: dict[str, UUID]

    async def cast(self, plans: list[RolePlan]) -> Model:
        """Make the roles what they are planned to be, and give the subject as many."""
        cache = self.world.platform.people.users._cache
        user = UUID(self.subject_id)
        tenant = await self.world.tenant("acme")
        async with self.world.platform.tenancy.use(tenant), changing_access(cache, self.scope):
            await UserRole.delete().where(UserRole.user == user)
            for role_id, plan in zip(self.role_ids, plans, strict=False):
                await write_permissions(role_id, {one: self.permissions[one] for one in plan.permissions})
                await write_fields(role_id, _limits(plan))
                await write_rules(role_id, [RuleDraft(*key, rule) for key, rule in plan.rules.items()])
                await UserRole.insert(UserRole(user=user, role=role_id))
        return Model(plans, self.subject_id, self.rows, self.trash)

    async def get(self, path: str, **parameters: str) -> httpx.Response:
        return await self.subject.get(f"{DATA}/{path}", params=parameters)

    async def explain(self, **question: Any) -> bool:
        answer = await self.boss.post(EXPLAIN, json={"user": self.subject_id, "object": "deals", **question})
        assert answer.status_code == 200, answer.text
        return bool(answer.json()["allowed"])


def _limits(plan: RolePlan) -> list[FieldLimit]:
    return [
        FieldLimit(name, one, one not in plan.hidden[name])
        for name in FIELDS
        for one in sorted(plan.hidden[name] | plan.locked[name])
    ]


@pytest.fixture
async def stage(world: World) -> Stage:
    boss = await world.user()
    for definition in (FIRMS, DEALS):
        assert (await boss.post("/api/v1/objects", json=definition)).status_code == 201
    roles = [UUID((await made_role(world, f"role{number}"))["id"]) for number in range(3)]
    subject, me = await made_user(world, "subject"), await user_id(world, "subject")
    other = await user_id(world, "administrator")
    firms = [
        await made(boss, "firms", {"name": f"f{number}", "industry": industry, "owner": owner})
        for number, (industry, owner) in enumerate(
            [("tech", me), ("food", other), (None, me), ("tech", other)]
        )
    ]
    deals = [
        await made(boss, "deals", body)
        for body in (
            deal("d0", "open", 0, firms[0], me),
            deal("d1", "won", 1, firms[1], me),
            deal("d2", "lost", 2, firms[2], other),
            deal("d3", None, None, firms[3], other),
            deal("d4", "open", 3, None, me),
            deal("d5", "won", 4, firms[0], other),
            deal("d6", "won", 1, firms[1], me),
        )
    ]
    trash = {deals[6]["id"], firms[3]["id"]}
    for name, row in (("deals", deals[6]), ("firms", firms[3])):
        assert (await boss.delete(f"{DATA}/{name}/{row['id']}")).status_code == 204
    everything = (await boss.get("/api/v1/permissions")).json()["data"]
    return Stage(
        world,
        TenantScope(UUID(await world.tenant_id("acme")), "acme", "Acme Corporation"),
        subject,
        me,
        boss,
        roles,
        {"deals": deals, "firms": firms},
        frozenset(trash),
        {one["name"]: UUID(one["id"]) for one in everything},
    )


def deal(name: str, stage: str | None, amount: int | None, firm: Row | None, owner: str) -> Row:
    link = None if firm is None else firm["id"]
    secret = f"{HUSH} {name}" if name in {"d1", "d2", "d5"} else None
    return {"name": name, "stage": stage, "amount": amount, "firm": link, "owner": owner, "secret": secret}


async def made(client: httpx.AsyncClient, name: str, body: Row) -> Row:
    answer = await client.post(f"{DATA}/{name}", json=body)
    assert answer.status_code == 201, answer.text
    row: Row = answer.json()["data"]
    return row


def examples(number: int) -> settings:
    unimportant = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    no_shrinking = (Phase.explicit, Phase.reuse, Phase.generate)  # which would take minutes
    return settings(max_examples=number, phases=no_shrinking, suppress_health_check=unimportant)


PLANS = st.lists(role_plans(), max_size=3)


@examples(12)
@given(
    plans=PLANS,
    wanted=documents("deals"),
    sort=st.sampled_from(["stage", "-amount", "firm.industry", "name"]),
)
async def test_reading(stage: Stage, plans: list[RolePlan], wanted: dict[str, Any], sort: str) -> None:
    model = await stage.cast(plans)
    for name in FIELDS:
        await compare_list(stage, model, name)
        for row in stage.rows[name]:
            await compare_record(stage, model, name, row)
    await compare_query(stage, model, wanted, sort)
    await compare_search(stage, model)
    await compare_expansion(stage, model)
    await compare_history(stage, model)
    await compare_misspelt(stage, model)
    await compare_export(stage, model)
    await compare_aggregates(stage, model)
    await compare_definitions(stage, model)


async def compare_list(stage: Stage, model: Model, name: str) -> None:
    answer = await stage.get(name, count="exact")
    if not model.allows(name, "read"):
        assert answer.status_code == 403
        return
    visible = model.visible(name)
    assert by_id(answer.json()["data"]) == by_id([model.shown(name, row) for row in visible])
    assert answer.json()["count"]["value"] == len(visible)


async def compare_record(stage: Stage, model: Model, name: str, row: Row) -> None:
    answer = await stage.get(f"{name}/{row['id']}")
    if not model.allows(name, "read"):
        assert answer.status_code == 403
    elif model.is_visible(name, row):
        assert answer.json()["data"] == model.shown(name, row)
    else:
        assert answer.status_code == 404


async def compare_query(stage: Stage, model: Model, wanted: dict[str, Any], sort: str) -> None:
    document = {"filter": wanted, "sort": [sort], "limit": 3}
    answer = await stage.subject.post(f"{DATA}/deals/query", json=document)
    if not model.allows("deals", "read"):
        assert answer.status_code == 403
        return
    hidden = [path for path in (*named(wanted), sort.removeprefix("-")) if not model.may_name("deals", path)]
    if hidden:
        assert answer.status_code == 400, answer.text
        assert {problem["code"] for problem in answer.json()["errors"]} == {"unknown-field"}
        return
    meant = {
        row["id"] for row in model.visible("deals") if model.matches(wanted, "deals", row, model.seen_beyond)
    }
    seen: list[str] = []
    while True:
        seen += [row["id"] for row in answer.json()["data"]]
        cursor = answer.json()["page"]["next"]
        if cursor is None:
            break
        answer = await stage.subject.post(f"{DATA}/deals/query", json=document | {"cursor": cursor})
    assert len(seen) == len(set(seen))
    assert set(seen) == meant


def named(document: dict[str, Any]) -> list[str]:
    """The fields and paths that a filter names."""
    found = []
    for key, value in document.items():
        members = {"and": value, "or": value, "not": [value]}.get(key)
        found += [key] if members is None else [path for member in members for path in named(member)]
    return found


async def compare_search(stage: Stage, model: Model) -> None:
    answer = await stage.get("deals", search=HUSH)
    if not model.allows("deals", "read"):
        assert answer.status_code == 403
        return
    holding = [row for row in model.visible("deals") if row["secret"]]
    meant = holding if "secret" in model.open_fields("deals") else []
    assert {row["id"] for row in answer.json()["data"]} == {row["id"] for row in meant}


async def compare_expansion(stage: Stage, model: Model) -> None:
    answer = await stage.get("deals", expand="firm")
    if not model.allows("deals", "read"):
        assert answer.status_code == 403
        return
    if "firm" not in model.open_fields("deals") or not model.allows("firms", "read"):
        assert answer.status_code == 400
    else:
        for row in answer.json()["data"]:
            firm = model.firm_of(next(one for one in stage.rows["deals"] if one["id"] == row["id"]))
            assert row["firm"] == (None if firm is None else model.shown("firms", firm))
    related = await stage.get("firms", expand="deals")
    if not model.allows("firms", "read"):
        assert related.status_code == 403
    elif "firm" not in model.open_fields("deals"):
        assert related.status_code == 400
    else:
        for row in related.json()["data"]:
            theirs = [model.shown("deals", one) for one in model.visible("deals") if one["firm"] == row["id"]]
            assert by_id(row["deals"]["data"]) == by_id(theirs)


async def compare_history(stage: Stage, model: Model) -> None:
    for row in stage.rows["deals"][:2]:
        answer = await stage.get(f"deals/{row['id']}/history")
        if not model.allows("deals", "read"):
            assert answer.status_code == 403
        elif not model.is_visible("deals", row):
            assert answer.status_code == 404
        else:
            assert answer.status_code == 200
            changed = {name for entry in answer.json()["data"] for name in entry.get("changes", {})}
            assert changed <= model.open_fields("deals")


async def compare_export(stage: Stage, model: Model) -> None:
    answer = await stage.get("deals/export.csv")
    if not model.allows("deals", "read"):
        assert answer.status_code == 403
        return
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert set(answer.text.splitlines()[0].split(",")) == model.open_fields("deals")
    assert {row["id"] for row in rows} == {row["id"] for row in model.visible("deals")}


async def compare_aggregates(stage: Stage, model: Model) -> None:
    for group in ("stage", "firm.industry"):
        answer = await stage.get("deals/aggregate", groupBy=group, select="count,sum(amount)")
        if not model.allows("deals", "read"):
            assert answer.status_code == 403
        elif not (model.may_name("deals", group) and model.may_name("deals", "amount")):
            assert answer.status_code == 400, answer.text
        else:
            sums: dict[Any, list[int]] = {}
            for row in model.visible("deals"):
                firm = model.firm_of(row)
                key = row["stage"] if group == "stage" else firm and firm["industry"]
                sums.setdefault(key, []).append(row["amount"] or 0)
            meant = {key: (len(held), sum(held)) for key, held in sums.items()}
            found = answer.json()["data"]
            assert {one[group]: (one["count"], int(one["sum(amount)"] or 0)) for one in found} == meant


async def compare_definitions(stage: Stage, model: Model) -> None:
    """What the caller's own documents name: fields that may be read, and no others."""
    answer = await stage.subject.get("/api/v1/objects/deals")
    if model.allows("deals", "read"):
        assert {one["name"] for one in answer.json()["data"]["fields"]} <= model.open_fields("deals")
    else:
        assert answer.status_code == 403
    types = (await stage.subject.get("/api/v1/schema.d.ts")).text
    acts = [action for action in ("read", "create", "update") if model.allows("deals", action)]
    secret_is_open = any("secret" in model.open_fields("deals", action) for action in acts)
    assert secret_is_open or "secret" not in types


async def compare_misspelt(stage: Stage, model: Model) -> None:
    if not model.allows("deals", "read"):
        return
    for name in ("stage", "amount", "secret"):
        answer = await stage.get("deals", sort=f"{name[:-1]}x")
        near = answer.json()["errors"][0].get("didYouMean")
        assert near is None or near in model.open_fields("deals")


@ON_SQLITE
@examples(12)
@given(plans=PLANS)
async def test_changing(stage: Stage, plans: list[RolePlan]) -> None:
    model = await stage.cast(plans)
    for row in stage.rows["deals"]:
        answer = await stage.subject.patch(f"{DATA}/deals/{row['id']}", json={})
        assert answer.status_code == model.status_of_change("deals", "update", row), answer.text
        if answer.status_code == 200:
            assert answer.json()["data"] == model.shown("deals", row)
    bodies = [{"id": row["id"]} for row in stage.rows["deals"]]
    answer = await stage.subject.post(f"{DATA}/deals/bulk", json={"op": "update", "records": bodies})
    if model.allows("deals", "update"):
        statuses = [result["status"] for result in answer.json()["results"]]
        assert statuses == [model.status_of_change("deals", "update", row) for row in stage.rows["deals"]]
    else:
        assert answer.status_code == 403
    await compare_bodies(stage, model)


async def compare_bodies(stage: Stage, model: Model) -> None:
    """What is said of each field in the body of a change of nobody's record."""
    if not model.allows("deals", "update"):
        return
    readable, writable = model.open_fields("deals"), model.open_fields("deals", "update")
    body = dict.fromkeys(FIELDS["deals"]) | {"stage": "nonsense"}
    answer = await stage.subject.patch(f"{DATA}/deals/{stage.rows['deals'][0]['id']}", json=body)
    told = {problem["field"]: problem["code"] for problem in answer.json()["errors"]}
    for name in FIELDS["deals"]:
        if name in READ_ONLY:
            assert told[name] == "read-only"
        elif name not in writable:
            assert told[name] == ("not-allowed" if name in readable else "unknown-field")
        else:
            assert told.get(name) not in ("not-allowed", "unknown-field")


@ON_SQLITE
@examples(8)
@given(plans=PLANS)
async def test_explaining(stage: Stage, plans: list[RolePlan]) -> None:
    model = await stage.cast(plans)
    for row in stage.rows["deals"]:
        reads = await stage.explain(action="read", record=row["id"])
        assert reads == model.is_visible("deals", row)
        for action in ("update", "delete"):
            said = await stage.explain(action=action, record=row["id"])
            assert said == (model.status_of_change("deals", action, row) == 200)
        answer = await stage.get(f"deals/{row['id']}")
        assert (answer.status_code == 200) == reads
    shown = (await stage.get("deals")).json().get("data", [])
    for name in FIELDS["deals"]:
        said = await stage.explain(action="read", field=name)
        assert said == (model.allows("deals", "read") and name in model.open_fields("deals"))
        assert said or not any(name in row for row in shown)
        for action in ("create", "update"):
            said = await stage.explain(action=action, field=name)
            is_open = name in model.open_fields("deals", action) and name not in READ_ONLY
            assert said == (model.allows("deals", action) and is_open)


def by_id(rows: list[Row]) -> dict[str, Row]:
    return {row["id"]: row for row in rows}
