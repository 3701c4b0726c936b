"""What changes do to tables and records, on SQLite, MariaDB and MySQL."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from piccolo.querystring import QueryString

from piccolo_conf import DB
from piccolo_engines.errors import ForeignKeyViolation
from tenant_schema.objects.changes.decide.conversions import CONVERSIONS
from tenant_schema.objects.changes.recovery import Recovery
from tenant_schema.objects.dependents import NameChanges
from tenant_schema.objects.errors import ConversionRefused, WouldBreakData, WouldLoseData
from tenant_schema.objects.fields.registry import FIELD_TYPES
from tenant_schema.objects.model.storage import bound_storage
from tenant_schema.objects.service import SchemaService
from tenant_schema.objects.tables import SchemaChange
from tenant_schema.problems import InvalidInput
from tenant_schema.tenant_cache import ACCESS, VersionedCache
from tenant_schema.users.tables import Permission
from tests.tenant_schema.objects.changes.conftest import ON_MARIADB, ON_SERVERS, ON_SQLITE
from tests.tenant_schema.objects.changes.drafts import field, made
from tests.tenant_schema.objects.changes.worlds import MANAGER, SCOPE, Tenant, tenant_on

ALL_TYPES = {
    "select": {"options": ["open", "won"]},
    "multi_select": {"options": ["open", "won"]},
    "lookup": {"target": "accounts"},
}


async def test_fields_of_every_type_come_and_go(tenant: Tenant, name: str) -> None:
    await made(
        tenant, name, *(field(f"a_{one}", one, settings=ALL_TYPES.get(one, {})) for one in FIELD_TYPES)
    )
    for one in FIELD_TYPES:
        await tenant.add_field(name, field(f"b_{one}", one, settings=ALL_TYPES.get(one, {})))
    assert await tenant.drift() == []
    for one in FIELD_TYPES:
        await tenant.drop_field(name, f"a_{one}")
    assert await tenant.drift() == []
    await tenant.drop(name)
    assert await tenant.drift() == []


async def test_records_that_are_there_get_the_default_of_a_new_field(tenant: Tenant, name: str) -> None:
    defaults = {
        "text": 'it\'s 100% {ok} \\ "so"',
        "long_text": "line\nline",
        "integer": -5,
        "decimal": "12.50",
        "boolean": True,
        "date": "2026-02-28",
        "datetime": "2026-02-28T12:30:00Z",
        "time": "12:30:00",
        "select": "won",
        "multi_select": ["open", "won"],
        "json": {"a": [1, None, "x"]},
    }
    await made(tenant, name, field("title"))
    await tenant.record(name, title="One")
    for one, default in defaults.items():
        await tenant.add_field(name, field(f"a_{one}", one, default=default, settings=ALL_TYPES.get(one, {})))
    model = await tenant.model(name)
    (row,) = await tenant.rows(name)
    for one, default in defaults.items():
        its = model.fields[f"a_{one}"]
        assert its.type.render(row[its.name], its) == its.type.render(its.type.parse(default, its), its), one
    await tenant.drop(name, name)


async def test_what_narrows_is_refused_with_the_records_that_do_not_fit(tenant: Tenant, name: str) -> None:
    ids = await tenant.things(name)
    await tenant.record(name, title="Four", code="A-1")
    narrower: list[tuple[str, dict[str, Any], int]] = [
        ("note", {"required": True}, 2),
        ("code", {"unique": True}, 2),
        ("title", {"settings": {"maxLength": 3}}, 2),
        ("stage", {"settings": {"options": ["open"]}}, 1),
        ("note", {"type": "select", "settings": {"options": ["the first"]}}, 1),
        ("amount", {"type": "decimal", "settings": {"precision": 1, "scale": 1}}, 2),
    ]
    for its, changes, count in narrower:
        with pytest.raises(WouldBreakData) as refused:
            await tenant.change_field(name, its, changes)
        assert (refused.value.field, refused.value.count) == (its, count), changes
        assert len(refused.value.ids) == count
    with pytest.raises(WouldBreakData) as refused:
        await tenant.change_field(name, "stage", {"settings": {"options": ["open"]}}, dry_run=True)
    assert refused.value.ids == (ids[1],)
    with pytest.raises(WouldBreakData, match="has no default"):
        await tenant.add_field(name, field("must", required=True))
    await tenant.add_field(name, field("must", required=True, default="x"))
    assert await tenant.drift() == []
    await tenant.drop(name, name)


async def test_types_change_as_the_matrix_allows_and_keep_every_value(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    steps: list[tuple[str, dict[str, Any], Any]] = [
        ("amount", {"type": "decimal", "settings": {"precision": 8, "scale": 3}}, Decimal("5.000")),
        ("amount", {"type": "currency"}, Decimal("5.00")),
        ("due", {"type": "datetime"}, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
        ("stage", {"type": "text", "settings": {"maxLength": 10}}, "open"),
        ("stage", {"type": "select", "settings": {"options": ["open", "won", "lost"]}}, "open"),
        ("note", {"type": "long_text"}, "the first"),
        ("note", {"type": "text", "settings": {"maxLength": 9}}, "the first"),
    ]
    for its, changes, value in steps:
        await tenant.change_field(name, its, changes)
        found = [row[its] for row in await tenant.rows(name, its)]
        assert (found[0], found[2]) == (value, None), changes
        assert await tenant.drift() == [], changes
    await tenant.drop(name, name)


@ON_SQLITE
async def test_every_other_change_of_type_is_refused_and_says_what_is_allowed(
    tenant: Tenant, name: str
) -> None:
    await made(
        tenant, name, *(field(f"a_{one}", one, settings=ALL_TYPES.get(one, {})) for one in FIELD_TYPES)
    )
    for one in FIELD_TYPES:
        for other in FIELD_TYPES.keys() - {one, *CONVERSIONS.get(one, ())}:
            change = {"type": other, "settings": ALL_TYPES.get(other, {})}
            with pytest.raises(ConversionRefused) as refused:
                await tenant.change_field(name, f"a_{one}", change)
            assert refused.value.allowed == CONVERSIONS.get(one, ())
    await tenant.drop(name)


async def test_records_are_numbered_in_the_order_in_which_they_were_made(tenant: Tenant, name: str) -> None:
    ids = await tenant.things(name)
    await tenant.add_field(name, field("number", "auto_number", settings={"format": "N-{00}", "start": 5}))
    found = {row["id"]: row["number"] for row in await tenant.rows(name, "id", "number")}
    assert [found[one] for one in ids] == ["N-05", "N-06", "N-07"]
    await tenant.drop(name, name)


async def test_a_required_field_can_be_relaxed_and_a_lookup_s_rule_changed(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    await tenant.change_field(name, "title", {"required": False})
    for rule in ("cascade", "restrict", "set_null"):
        await tenant.change_field(name, "partner", {"settings": {"onDelete": rule}})
        assert await tenant.drift() == []
    await tenant.drop(name, name)


async def test_a_lookup_gets_another_target_when_no_record_leads_astray(tenant: Tenant, name: str) -> None:
    one, _, _ = await tenant.things(name)
    other = await tenant.record(name, title="Four", parent=one)
    with pytest.raises(WouldBreakData, match="parent is to look into users") as refused:
        await tenant.change_field(name, "parent", {"settings": {"target": "users"}})
    assert (refused.value.count, refused.value.ids) == (1, (other,))
    model = await tenant.model(name)
    assert model.fields["parent"].settings["target"] == name
    await model.table.update({model.columns["parent"]: None}, force=True)
    await tenant.change_field(name, "parent", {"settings": {"target": "users"}})
    with pytest.raises(ForeignKeyViolation):
        await tenant.record(name, title="Five", parent=one)
    assert await tenant.drift() == []
    await tenant.drop(name, name)


@ON_SERVERS
async def test_a_record_that_leads_astray_just_now_keeps_a_lookup_s_target(tenant: Tenant, name: str) -> None:
    """The data is looked at, then comes the record, then the foreign key is made."""
    one, _, _ = await tenant.things(name)
    reached: list[str] = []

    def at(point: str) -> None:
        reached.append(point)

    async with tenant_on({**tenant.engine.config}, at=at) as other:
        original = other.engine.run_ddl

        async def race(ddl: str, in_pool: bool = True) -> Any:
            if "ADD CONSTRAINT" in ddl and "users" in ddl and ddl.endswith("ALGORITHM=INSTANT"):
                with DB.bind(tenant.engine):
                    await tenant.record(name, title="Four", parent=one)
            return await original(ddl, in_pool)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                type(other.engine), "run_ddl", lambda _engine, ddl, in_pool=True: race(ddl, in_pool)
            )
            with pytest.raises(WouldBreakData):
                await other.change_field(name, "parent", {"settings": {"target": "users"}})
    assert "undoing" in reached
    assert await tenant.drift() == []
    await tenant.drop(name, name)


async def test_permissions_come_rename_and_go_with_their_object(tenant: Tenant, name: str) -> None:
    async def held(of: str) -> int:
        return await Permission.count().where(Permission.name.like(f"{of}:%"))

    await made(tenant, name)
    assert await held(name) == 5
    await tenant.change(name, {"name": f"{name}_new"})
    assert (await held(name), await held(f"{name}_new")) == (0, 5)
    await tenant.drop(f"{name}_new")
    assert await held(f"{name}_new") == 0


async def test_a_dry_run_tells_what_a_change_does_and_does_nothing(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    before = await SchemaChange.count()
    plan = await tenant.add_field(name, field("extra", default="x"), dry_run=True)
    instant = "metadata" if DB.engine_type == "sqlite" else "INSTANT"
    assert [(one.algorithm, one.rows) for one in plan.statements] == [(instant, 0)]
    assert plan.statements[0].ddl.startswith('ALTER TABLE "')
    plan = await tenant.drop_field(name, "code", dry_run=True)
    assert [one.ddl.split()[3] for one in plan.statements if one.ddl.startswith("ALTER")][-1:] == ["DROP"]
    plan = await tenant.change_field(name, "due", {"type": "datetime"}, dry_run=True)
    assert {one.rows for one in plan.statements} == {3}
    assert (await tenant.change(name, {"name": f"{name}_new"}, dry_run=True)).affects == {
        "lookups": [{"object": name, "field": "parent"}]
    }
    assert (await tenant.drop(name, dry_run=True)).statements[-1].ddl.startswith("DROP TABLE")
    assert await SchemaChange.count() == before
    assert await tenant.drift() == []
    assert "extra" not in (await tenant.model(name)).fields
    await tenant.drop(name, name)


@ON_SERVERS
async def test_what_is_planned_is_what_is_sent(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    changes: list[tuple[Any, ...]] = [
        (tenant.add_field, field("extra", "lookup", settings={"target": "accounts"})),
        (tenant.change_field, "amount", {"type": "decimal"}),
        (tenant.change_field, "note", {"unique": True}),
        (tenant.change_field, "partner", {"settings": {"onDelete": "cascade"}}),
        (tenant.drop_field, "code", "code"),
    ]
    for change, *arguments in changes:
        plan = await change(name, *arguments, dry_run=True)
        sent: list[str] = []
        tenant.engine.on_statement = sent.append
        await change(name, *arguments)
        tenant.engine.on_statement = None
        planned = [_without_ids(one.ddl) for one in plan.statements if one.ddl.startswith("ALTER")]
        done = [_without_ids(one) for one in sent if one.startswith("ALTER")]
        assert [one for one in done if one in planned] == planned, arguments
    await tenant.drop(name, name)


def _without_ids(ddl: str) -> str:
    """A field gets another id, and with it another column name, at each try."""
    return "".join(part[8:] if at else part for at, part in enumerate(ddl.split("extra_")))


async def test_nothing_is_dropped_with_data_unless_it_is_named(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    with pytest.raises(WouldLoseData) as refused:
        await tenant.drop_field(name, "code")
    assert refused.value.count == 2
    with pytest.raises(WouldLoseData):
        await tenant.drop(name, "something")
    await tenant.drop_field(name, "parent")
    await tenant.drop(name, name)


@ON_MARIADB
async def test_what_fails_in_the_middle_is_undone(tenant: Tenant, name: str) -> None:
    ids = await tenant.things(name)
    model = await tenant.model(name)

    async def twice(point: str) -> None:
        table, column = model.table, model.columns["code"]
        written: dict[Any, Any] = {column: "A-1"}
        written |= bound_storage().written_keys(written)
        await table.update(written).where(model.columns["id"] == ids[1])

    sent: list[str] = []
    values = QueryString(
        "SELECT COUNT(*) AS found FROM information_schema.statistics WHERE table_name = {}", model.table_name
    )
    before = (await DB.run_querystring(values))[0]["found"]

    def at(point: str) -> None:
        sent.append(point)

    async with tenant_on({**tenant.engine.config}, at=at) as other:
        original = other.engine.run_ddl

        async def race(ddl: str, in_pool: bool = True) -> Any:
            if "_key" in ddl and "ADD UNIQUE" in ddl:
                with DB.bind(tenant.engine):
                    await twice("")
            return await original(ddl, in_pool)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                type(other.engine), "run_ddl", lambda _engine, ddl, in_pool=True: race(ddl, in_pool)
            )
            with pytest.raises(WouldBreakData):
                await other.change_field(name, "code", {"unique": True})
    assert "undoing" in sent
    assert (await DB.run_querystring(values))[0]["found"] == before
    assert not (await Tenant(tenant.engine).model(name)).fields["code"].unique
    assert await tenant.drift() == []
    await tenant.drop(name, name)


@ON_SQLITE
async def test_checks_of_the_whole_come_before_anything_is_touched(tenant: Tenant, name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await made(
            tenant,
            name,
            field("a", "boolean", searchable=True),
            field("b", "lookup", settings={"target": "x"}),
        )
    assert {one.field for one in refused.value.problems} == {
        "fields.0.searchable",
        "fields.1.settings.target",
    }
    assert await tenant.drift() == []


class Broken:
    """Something that cannot follow."""

    kind = "pages"

    async def affected(self, changes: NameChanges) -> list[dict[str, Any]]:
        return [{"name": changes.object}]

    async def follow(self, changes: NameChanges) -> None:
        raise KeyError("broken")


async def test_when_a_dependent_cannot_follow_all_stays_as_it_was(tenant: Tenant, name: str) -> None:
    await tenant.things(name)
    broken = SchemaService(tenant.catalog, VersionedCache(ACCESS), Recovery([Broken()]))
    with pytest.raises(KeyError):
        await broken.drop_field(SCOPE, MANAGER, name, "code", "code")
    with pytest.raises(KeyError):
        await broken.change_object(SCOPE, MANAGER, name, {"name": f"{name}_new"})
    assert "code" in (await tenant.model(name)).fields
    assert await tenant.drift() == []
    assert not await SchemaChange.exists().where(SchemaChange.state.not_in(["done", "undone"]))
    await tenant.drop(name, name)
