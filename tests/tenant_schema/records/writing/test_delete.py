"""What hangs on a record when it is put into the trash, taken out, or destroyed: a team has players and these
have badges (cascade), contracts (restrict) and fans (set_null). On every kind of database where that matters.
"""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.model.model import ObjectModel, object_model
from tenant_schema.records.access import schema_view
from tenant_schema.records.access.rights import Rights
from tenant_schema.records.errors import RecordNotFound, StillReferenced, TooManyDependents
from tenant_schema.records.query.model import Condition
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.record import Record
from tenant_schema.records.service import RecordService
from tenant_schema.records.tables import RecordHistory
from tenant_schema.records.writing import cascade
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.tables import User
from tests.support.record_tables import make_table
from tests.tenant_schema.objects.databases import Bound
from tests.tenant_schema.records.conftest import referring
from tests.tenant_schema.records.models import Caller, Models, id_of


def defined(name: str, *lookups: tuple[str, str, str]) -> ObjectModel:
    fields = [FieldDraft(name="name", label="Name", type="text")]
    for field, target, on_delete in lookups:
        settings = {"target": target, "onDelete": on_delete}
        fields.append(FieldDraft(name=field, label=field, type="lookup", settings=settings))
    return object_model(
        *object_rows(ObjectDraft(name=name, label=name, plural_label=name, fields=tuple(fields)))
    )


MODELS = (
    defined("teams", ("parent", "teams", "cascade")),
    defined("players", ("team", "teams", "cascade")),
    defined("badges", ("player", "players", "cascade"), ("team", "teams", "cascade")),
    defined("contracts", ("player", "players", "restrict"), ("team", "teams", "cascade")),
    defined("fans", ("team", "teams", "set_null"), ("player", "players", "set_null")),
    defined("coaches", ("boss", "coaches", "restrict"), ("team", "teams", "cascade")),
    defined("ghosts", *((kind, "ghosts", kind) for kind in ("cascade", "set_null", "restrict"))),
)
ON_SQLITE = pytest.mark.parametrize("any_database", ["sqlite"], indirect=True)
_ON_DELETE = {"cascade": "CASCADE", "restrict": "RESTRICT", "set_null": "SET NULL"}


@dataclass
class League:
    caller: Caller

    def of(self, name: str) -> Caller:
        return replace(self.caller, object_name=name)

    async def make(self, object_name: str, name: str, **lookups: Record | None) -> Record:
        values = {field: one and one.data["id"] for field, one in lookups.items()}
        return await self.of(object_name).create(name=name, **values)

    async def names(self) -> str:
        """Everything in use, by name."""
        found = [await self.of(model.name).names() for model in MODELS]
        return " ".join(sorted(name for some in found for name in some))

    async def changes(self, object_name: str, record: Record) -> list[str]:
        return [entry["action"] for entry in (await self.of(object_name).history(record)).data]


@pytest.fixture
async def league(any_database: Bound, scope: TenantScope, access: Access) -> League:
    tables = {model.name: model.table_name for model in MODELS}
    for table in (User, RecordHistory):
        await table.create_table().run()
    for model in MODELS:
        await make_table(model)
    for model in MODELS:
        for field in model.fields.values():
            if field.type.name == "lookup" and not field.system:
                rule = _ON_DELETE[field.settings["onDelete"]]
                await referring(any_database, model, field.name, tables[field.settings["target"]], rule)
    await User(id=access.user_id, email=access.email).save()
    service = RecordService(Models(*MODELS), Cursors(lambda tenant_id: [tenant_id.bytes * 2]))
    return League(Caller(service, scope, access, "teams"))


@pytest.fixture
async def reds(league: League) -> Record:
    """A team with a youth team, two players of which one has a badge, and two fans."""
    reds = await league.make("teams", "reds")
    youth = await league.make("teams", "youth", parent=reds)
    ann = await league.make("players", "ann", team=reds)
    await league.make("players", "bob", team=youth)
    await league.make("badges", "gold", player=ann, team=reds)
    await league.make("fans", "fay", team=reds, player=ann)
    await league.make("fans", "gus", team=reds)
    await league.make("teams", "blues")
    return reds


async def test_a_record_that_refers_to_itself_by_restrict_can_go(league: League) -> None:
    for permanent in (False, True):
        own = await league.make("coaches", "own")
        await league.of("coaches").update(own, {"boss": own.data["id"]})
        await league.of("coaches").delete(own, permanent=permanent)
        assert await league.names() == ""
        assert await league.changes("coaches", own) == (
            ["destroy"] if permanent else ["delete", "update", "create"]
        )


async def test_a_record_that_refers_to_itself_by_several_lookups_can_be_destroyed(league: League) -> None:
    """MySQL 9.7 does not delete a row that refers to itself by two lookups."""
    own = await league.make("ghosts", "own")
    child = await league.make("ghosts", "child", cascade=own)
    for one in (own, child):
        loops = dict.fromkeys(("set_null", "restrict", *(["cascade"] if one is own else [])), one.data["id"])
        await league.of("ghosts").update(one, loops)
    await league.of("ghosts").delete(own, permanent=True)
    assert await league.names() == ""
    assert await league.changes("ghosts", own) == ["destroy"]


async def test_records_that_refer_to_one_another_by_restrict_go_together(league: League) -> None:
    blues = await league.make("teams", "blues")
    one = await league.make("coaches", "one", team=blues)
    two = await league.make("coaches", "two", team=blues, boss=one)
    three = await league.make("coaches", "three", team=blues, boss=two)
    await league.of("coaches").update(one, {"boss": three.data["id"]})
    with pytest.raises(StillReferenced):
        await league.of("coaches").delete(one, permanent=True)
    await league.of("teams").delete(blues, permanent=True)
    assert await league.names() == ""
    assert [await model.table.count() for model in MODELS] == [0] * len(MODELS)


async def test_what_cascades_goes_into_the_trash_and_comes_back_with_it(league: League, reds: Record) -> None:
    await league.of("teams").delete(reds)
    assert await league.names() == "blues fay gus"
    await league.of("teams").restore(reds)
    assert await league.names() == "ann blues bob fay gold gus reds youth"


@ON_SQLITE
async def test_what_was_in_the_trash_before_stays_there(league: League, reds: Record) -> None:
    ann = next(one for one in (await league.of("players").page()).data if one["name"] == "ann")
    await league.of("players").delete(Record(ann, 1))
    await league.of("teams").delete(reds)
    await league.of("teams").restore(reds)
    assert await league.names() == "blues bob fay gus reds youth"
    await league.of("players").restore(Record(ann, 1))
    assert "ann" in await league.names()
    assert "gold" in await league.names()


@ON_SQLITE
async def test_a_trashed_record_keeps_those_who_refer_to_it_by_set_null(league: League, reds: Record) -> None:
    await league.of("teams").delete(reds)
    fans = (await league.of("fans").page()).data
    assert {fan["team"] for fan in fans} == {reds.data["id"]}
    assert {fan["version"] for fan in fans} == {1}


async def test_destroying_takes_along_and_empties(league: League, reds: Record) -> None:
    fay = next(one for one in (await league.of("fans").page()).data if one["name"] == "fay")
    await league.of("teams").delete(reds, permanent=True)
    assert await league.names() == "blues fay gus"
    for model in MODELS[:4]:
        left = await model.table.count()
        assert left == (1 if model.name == "teams" else 0)
    found = await league.of("fans").read(Record(fay, 1))
    assert (found.data["team"], found.data["player"], found.version) == (None, None, 3)
    told = [entry["changes"] for entry in (await league.of("fans").history(found)).data]
    assert {change["field"]: change["from"] for entry in told for change in entry}["team"] == reds.data["id"]
    assert await league.changes("teams", reds) == ["destroy"]


@ON_SQLITE
async def test_what_is_destroyed_from_the_trash_takes_along_what_went_with_it(
    league: League, reds: Record
) -> None:
    await league.of("teams").delete(reds)
    await league.of("teams").delete(reds, permanent=True)
    assert await MODELS[1].table.count() == 0
    with pytest.raises(RecordNotFound):
        await league.of("teams").restore(reds)


@ON_SQLITE
async def test_the_histories_of_all_that_goes_tell_of_it(league: League, reds: Record) -> None:
    players = {one["name"]: Record(one, 1) for one in (await league.of("players").page()).data}
    await league.of("teams").delete(reds)
    await league.of("teams").restore(reds)
    assert await league.changes("players", players["bob"]) == ["restore", "delete", "create"]


@pytest.mark.parametrize("permanent", [False, True])
async def test_restrict_refuses_and_says_by_what(league: League, reds: Record, permanent: bool) -> None:
    ann = next(one for one in (await league.of("players").page()).data if one["name"] == "ann")
    contracts = [await league.make("contracts", f"c{number}", player=Record(ann, 1)) for number in range(7)]
    for name, record in (("players", Record(ann, 1)), ("teams", reds)):
        with pytest.raises(StillReferenced) as caught:
            await league.of(name).delete(record, permanent=permanent)
        (blocker,) = caught.value.blockers
        assert (blocker.object_name, blocker.field, blocker.count) == ("contracts", "player", 7)
        assert blocker.ids == tuple(str(id_of(one)) for one in contracts[:5])
    assert "ann" in await league.names()
    assert "reds" in await league.names()


@ON_SQLITE
async def test_what_goes_along_itself_is_not_in_the_way(league: League, reds: Record) -> None:
    ann = next(one for one in (await league.of("players").page()).data if one["name"] == "ann")
    await league.make("contracts", "deal", player=Record(ann, 1), team=reds)
    await league.of("teams").delete(reds)
    assert await league.names() == "blues fay gus"


async def test_a_reference_from_the_trash_is_in_the_way_of_destroying_alone(
    league: League, reds: Record
) -> None:
    ann = next(one for one in (await league.of("players").page()).data if one["name"] == "ann")
    deal = await league.make("contracts", "deal", player=Record(ann, 1))
    await league.of("contracts").delete(deal)
    with pytest.raises(StillReferenced):
        await league.of("players").delete(Record(ann, 1), permanent=True)
    await league.of("players").delete(Record(ann, 1))
    await league.of("contracts").delete(deal, permanent=True)
    await league.of("players").delete(Record(ann, 1), permanent=True)


@ON_SQLITE
async def test_blockers_are_told_as_far_as_the_caller_may_see_them(
    league: League, reds: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = next(one for one in (await league.of("players").page()).data if one["name"] == "ann")
    for name in ("mine", "theirs"):
        await league.make("contracts", name, player=Record(ann, 1))

    async def told(permissions: set[str], **rights: Any) -> list[tuple[str, int]]:
        def rights_of(_access: object, model: ObjectModel, _objects: object) -> Rights:
            every = model.fields
            limited = rights if model.name == "contracts" else {}
            return Rights(**dict.fromkeys(("readable", "creatable", "writable"), every) | limited)

        monkeypatch.setattr(schema_view, "rights_of", rights_of)
        access = replace(league.caller.access, permissions=frozenset(permissions))
        with pytest.raises(StillReferenced) as caught:
            await replace(league.of("players"), access=access).delete(Record(ann, 1))
        return [(one.object_name, one.count) for one in caught.value.blockers]

    fields = MODELS[3].fields
    assert await told({"*:*"}) == [("contracts", 2)]
    assert await told({"*:*"}, read=Condition("name", "eq", "mine")) == [("contracts", 1)]
    assert await told({"*:*"}, read=Condition("name", "eq", "nobody's")) == []
    without = {name: one for name, one in fields.items() if name != "player"}
    assert await told({"*:*"}, readable=without) == []
    assert await told({"players:delete", "players:read"}) == []


async def test_of_many_each_goes_or_stays(league: League, reds: Record) -> None:
    players = {one["name"]: one for one in (await league.of("players").page()).data}
    await league.make("contracts", "deal", player=Record(players["ann"], 1))
    found = await league.of("players").bulk("delete", *[{"id": one["id"]} for one in players.values()])
    assert {item.status for item in found} == {204, 409}
    assert await league.names() == "ann blues deal fay gold gus reds youth"


@ON_SQLITE
async def test_what_nobody_refers_to_costs_no_more(league: League, any_database: Bound) -> None:
    fan = await league.make("fans", "fay")
    sent: list[str] = []
    any_database.on_statement = sent.append
    await league.of("fans").delete(fan)
    any_database.on_statement = None
    assert len(sent) == 3


@ON_SQLITE
async def test_there_is_an_end_to_what_goes_along(
    league: League, reds: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cascade, "MAX_CASCADE", 3)
    with pytest.raises(TooManyDependents):
        await league.of("teams").delete(reds)
    assert "reds" in await league.names()


@ON_SQLITE
async def test_a_circle_of_references_is_gone_through_once(league: League) -> None:
    first = await league.make("teams", "first")
    second = await league.make("teams", "second", parent=first)
    await league.of("teams").update(first, {"parent": second.data["id"]})
    await league.of("teams").delete(second)
    assert await league.names() == ""
    await league.of("teams").restore(second)
    assert await league.names() == "first second"


@pytest.mark.parametrize("most", [3, 10_000])
async def test_many_are_destroyed_as_one_by_one(
    league: League, reds: Record, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """What stays is in the way of others; dependents that are too many for one transaction go in several."""
    monkeypatch.setattr(cascade, "MAX_CASCADE", most)
    teams, scope = league.of("teams"), league.caller.scope
    for name in "xyz":
        await league.make("players", f"p{name}", team=await league.make("teams", name))
    cat = await league.make("players", "cat", team=await league.make("teams", "greens"))
    await league.make("contracts", "deal", player=cat)
    wanted = {"filter": {"name": {"in": ["x", "y", "z", "greens", "blues"]}}}
    done = await teams.service.bulk_matching(scope, teams.access, "teams", "delete", wanted, {})
    assert (done.ok, done.failures, done.skipped) == (4, 1, 0)
    assert "greens" in await league.names()
    assert (
        await teams.service.bulk_matching(scope, teams.access, "teams", "restore", {"filter": {}}, {})
    ).ok == 4
    assert "px py pz" in await league.names()
    one, two = await league.make("coaches", "one"), await league.make("coaches", "two")
    three = await league.make("coaches", "three", boss=two)
    await league.of("coaches").update(two, {"boss": one.data["id"]})
    found = await league.of("coaches").bulk("destroy", *[{"id": record.data["id"]} for record in (one, two)])
    assert [item.status for item in found] == [409, 409], "three refers to two, and two to one"
    assert three.data["id"]
    found = await league.of("coaches").bulk(
        "destroy", *[{"id": record.data["id"]} for record in (one, two, three)]
    )
    assert [item.status for item in found] == [204] * 3
