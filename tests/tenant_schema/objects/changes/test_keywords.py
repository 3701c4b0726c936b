"""Words of databases and of Python are names of objects and fields like any other, wherever these stand."""

from typing import Any
from uuid import UUID

import pytest

from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.definitions.names import check_field_name, check_object_name
from tenant_schema.objects.errors import InvalidName
from tenant_schema.records.record import Record
from tests.support.keywords import KEYWORDS
from tests.support.thoroughly import some_of
from tests.tenant_schema.objects.changes.conftest import ON_SQLITE
from tests.tenant_schema.objects.changes.worlds import MANAGER, SCOPE, Tenant


def is_taken(check: Any, name: str) -> bool:
    try:
        check(name)
    except InvalidName:
        return False
    return True


FIELDS = [word for word in KEYWORDS if is_taken(check_field_name, word)]
OBJECTS = [word for word in KEYWORDS if is_taken(check_object_name, word)]
PORTIONS = [FIELDS[start : start + 180] for start in range(0, len(FIELDS), 180)]


def field_named(word: str, at: int) -> FieldDraft:
    """A text or a number, with an index or none, searched or not."""
    if at % 2:
        return FieldDraft(name=word, label=word, type="integer", indexed=at % 11 == 0)
    return FieldDraft(name=word, label=word, type="text", indexed=at % 8 == 0, searchable=at % 14 == 0,
                      settings={"maxLength": 70})  # fmt: skip


def value_of(at: int) -> Any:
    return at if at % 2 else f"word {at}"


def test_only_what_the_api_means_by_a_name_is_refused() -> None:
    assert set(KEYWORDS) - set(FIELDS) == {"and", "or", "not", "id", "owner", "mysql"}
    assert set(KEYWORDS) - set(OBJECTS) <= {"fields", "records", "roles", "users", "mysql"}
    everyday = {"order", "group", "key", "from", "to", "rank", "class", "import", "default", "lines", "rows"}
    assert everyday <= {*FIELDS} & {*OBJECTS}


@pytest.mark.parametrize("words", PORTIONS, ids=lambda words: words[0])
async def test_every_keyword_is_the_name_of_a_field(tenant: Tenant, name: str, words: list[str]) -> None:
    places = {word: at for at, word in enumerate(words)}
    fields = tuple(field_named(word, at) for word, at in places.items())
    await tenant.create(ObjectDraft(name=name, label="Words", plural_label="Words", fields=fields))
    body = {word: value_of(at) for word, at in places.items()}
    records = tenant.records
    first = await records.create(SCOPE, MANAGER, name, body)
    await records.create(SCOPE, MANAGER, name, {})
    assert {word: first.data[word] for word in words} == body
    for start in range(0, len(words), 5):
        some = words[start : start + 5]
        asked = {
            "filter": {word: body[word] for word in some},
            "sort": [f"-{word}" for word in some],
            "fields": some,
            "limit": 1,
        }
        shown = {"id": first.data["id"], "version": 1, **{word: body[word] for word in some}}
        assert (await records.query(SCOPE, MANAGER, name, asked)).data == [shown]
        groups = await records.aggregate(
            SCOPE, MANAGER, name, (("groupBy", ",".join(some)), ("select", f"count,max({some[0]})"))
        )
        assert {word: body[word] for word in some} in [
            {word: row[word] for word in some} for row in groups.data
        ]
    for some in some_of([words[start : start + 5] for start in range(0, len(words), 5)], 12):
        page = await records.query(SCOPE, MANAGER, name, {"sort": some, "fields": some, "limit": 1})
        rest = await records.query(
            SCOPE, MANAGER, name, {"sort": some, "fields": some, "limit": 1, "cursor": page.next}
        )
        shown = {"id": first.data["id"], "version": 1, **{word: body[word] for word in some}}
        assert rest.data == [shown]
    assert await tenant.drift() == []
    await changed_and_renamed(tenant, name, first, words)
    await tenant.drop(name, name)


async def changed_and_renamed(tenant: Tenant, name: str, first: Record, words: list[str]) -> None:
    places = {word: at for at, word in enumerate(words)}
    other = {word: value_of(at + 2) for word, at in places.items()}
    exported = [piece async for piece in await tenant.records.export(SCOPE, MANAGER, name, ())]
    assert set(b"".join(exported).splitlines()[0].decode().split(",")) >= set(words)
    await tenant.records.update(SCOPE, MANAGER, name, UUID(first.data["id"]), other)
    page = await tenant.records.page(SCOPE, MANAGER, name, (("search", "word"), ("limit", "1")))
    assert {word: page.data[0][word] for word in words} == other
    for word in words[::30]:
        await tenant.change_field(name, word, {"name": f"{word}_2"})
        page = await tenant.records.page(SCOPE, MANAGER, name, (("sort", f"-{word}_2"), ("limit", "1")))
        assert page.data[0][f"{word}_2"] == other[word]
        await tenant.drop_field(name, f"{word}_2", f"{word}_2")


async def made_used_and_dropped(tenant: Tenant, word: str) -> None:
    takes_it = is_taken(check_field_name, word)
    field = FieldDraft(name=word, label=word, type="text", searchable=True, indexed=True)
    fields = (field,) if takes_it else ()
    await tenant.create(ObjectDraft(name=word, label=word, plural_label=word, fields=fields))
    body = {word: "x"} if takes_it else {}
    made = await tenant.records.create(SCOPE, MANAGER, word, body)
    page = await tenant.records.page(SCOPE, MANAGER, word, (("sort", "-created_at"),))
    assert [row["id"] for row in page.data] == [made.data["id"]]
    await tenant.change(word, {"name": f"{word}_2"})
    await tenant.drop(f"{word}_2", f"{word}_2")


@ON_SQLITE
async def test_every_keyword_is_the_name_of_an_object(tenant: Tenant) -> None:
    for word in some_of(OBJECTS, 100):
        await made_used_and_dropped(tenant, word)


async def test_everyday_words_are_names_of_objects(tenant: Tenant) -> None:
    for word in ("order", "group", "key", "select", "table", "index", "class", "default"):
        await made_used_and_dropped(tenant, word)


async def test_a_lookup_leads_from_one_keyword_to_another(tenant: Tenant) -> None:
    text = FieldDraft(name="rank", label="Rank", type="text")
    await tenant.create(ObjectDraft(name="order", label="O", plural_label="O", fields=(text,)))
    lookup = FieldDraft(name="from", label="From", type="lookup", settings={"target": "order"})
    await tenant.create(ObjectDraft(name="lines", label="L", plural_label="L", fields=(lookup,)))
    order = await tenant.records.create(SCOPE, MANAGER, "order", {"rank": "first"})
    await tenant.records.create(SCOPE, MANAGER, "lines", {"from": order.data["id"]})
    asked: dict[str, Any] = {"filter": {"from.rank": "first"}, "sort": ["from.rank"], "expand": {"from": {}}}
    page = await tenant.records.query(SCOPE, MANAGER, "lines", asked)
    assert page.data[0]["from"]["rank"] == "first"
    page = await tenant.records.query(SCOPE, MANAGER, "order", {"expand": {"lines": {}}})
    assert len(page.data[0]["lines"]["data"]) == 1
    await tenant.drop("lines", "lines")
    await tenant.drop("order", "order")
