"""Search finds every record in which all words begin some word, on every database, whatever was typed."""

import io
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piccolo_engines.columns import new_id, utc_now
from tenant_schema.objects.changes.mysql.search import unsearched
from tenant_schema.objects.model.search_index import search_columns
from tenant_schema.records.csv.import_csv import ImportOptions
from tenant_schema.records.errors import BulkRefused, CursorMismatch, InvalidQuery
from tenant_schema.records.query.search import words_of
from tests.tenant_schema.records.access.test_rules_with_paths import Reader
from tests.tenant_schema.records.family import Family

FIRMS = [
    {"name": "Acme Corporation", "notes": "makes widgets (blue) for the AB Volvo", "industry": "tech"},
    {"name": "ACME Holding", "notes": "owns 3M; see o'Neil & Sons, Zürich", "industry": "food"},
    {"name": "Of Mice", "notes": 'C++ and widget-making: 100% "sure"'},
    {"name": "Bolt", "notes": None},
    {"name": "Acme in the trash", "notes": "widgets", "deleted_at": utc_now()},
]
SEARCHES = {
    "acme": "Acme Corporation|ACME Holding",
    "ACME": "Acme Corporation|ACME Holding",
    "Acm": "Acme Corporation|ACME Holding",
    "cme": "",
    "acme widg": "Acme Corporation",
    "widg acme": "Acme Corporation",
    "acme zürich": "ACME Holding",
    "Zür": "ACME Holding",
    "widget": "Acme Corporation|Of Mice",
    "widget-making": "Of Mice",
    "making": "Of Mice",
    "o'neil": "ACME Holding",
    "neil": "ACME Holding",
    "ab": "Acme Corporation",
    "ab volvo": "Acme Corporation",
    "the volvo": "Acme Corporation",
    "of": "Of Mice",
    "of mice": "Of Mice",
    "c++": "Acme Corporation|Of Mice",
    "3m": "ACME Holding",
    "100": "Of Mice",
    '"sure"': "Of Mice",
    "(blue)": "Acme Corporation",
    "+acme -holding": "ACME Holding",
    "acme*": "Acme Corporation|ACME Holding",
    "name:acme": "",
    "acme OR bolt": "",
    "NOT acme": "",
    "-": "",
    "acme -": "Acme Corporation|ACME Holding",
    "nothing like it": "",
    "\\ % _ ' \" ` ; --": "",
}


TEXTS: dict[str, dict[str, bool]] = {
    # accents and case, of Latin
    "Zürich Café Müller": {"zurich": True, "ZÜRICH": True, "cafe": True, "CAFÉ": True, "mul": True},
    "Muller & Cie": {"Müller": True, "MÜL": True, "cie": True, "cié": True},
    "McDonald": {"mcdonald": True, "MCDON": True, "mcD": True, "donald": False},
    "iPhone eBay": {"IPHONE": True, "ebay": True, "Ebay": True},
    "Ångström Ñandú Çelik Šumava": {"angstrom": True, "nandu": True, "celik": True, "sumava": True},
    "Việt Nguyễn": {"viet": True, "nguyen": True, "NGUYỄN": True},
    # letters of their own
    "Straße": {"straße": True, "STRA": True, "strasse": False, "STRAẞE": True},
    "Søren Łódź": {"søren": True, "SØREN": True, "soren": False, "łodz": True, "lodz": False},
    "İstanbul ısı": {"istanbul": True, "İSTANBUL": True, "ısı": True, "isi": False},
    "Æsir Œuvre": {"æsir": True, "ÆSIR": True, "aesir": False, "œuvre": True},
    # other scripts
    "Иванов Ёлка": {"иванов": True, "ИВАН": True, "ёлка": True, "ЁЛ": True, "елка": False},
    "Αθήνα ΟΔΟΣ": {"αθήνα": True, "ΑΘΉΝΑ": True, "αθηνα": False, "οδοσ": True, "οδος": True},
    "東京都 大阪": {"東京": True, "東京都": True, "京都": False, "大": True},
    "データ株式会社": {"データ": True, "株式": False},
    "서울특별시": {"서울": True, "특별": False},
    "שלום עולם": {"שלום": True, "עול": True},
    "हिन्दी भाषा": {"हिन्दी": True, "भाषा": True},
    "𠮷野家": {"𠮷野": True, "𠮷": True, "野": False},
    # combining characters: NFD typed, and kept by somebody's own SQL
    "Crème Brûlée": {"cre\u0300me": True, "brule\u0301e": True},
    "Cafe\u0301 Noe\u0308l": {"café": True, "cafe": True, "noël": True, "noel": True},
    # apostrophes, hyphens, punctuation
    "O'Brien": {"o'brien": True, "brien": True, "O’Brien": True, "obrien": False, "o'b": True},
    "Brien, O.": {"o'brien": False, "brien o": True},
    "Jean-Luc de la Tour": {"jean-luc": True, "luc-jean": False, "la": True, "de la": True, "de-la": True},
    "C++ & C# (R&D), 3M": {"c++": True, "r&d": True, "3m": True, "d": True, "m": False},
    "snake_case_name": {"case": True, "snake_case": True, "case_snake": False},
    # e-mail addresses, telephone numbers, digits
    "ada.lovelace@acme.example": {
        "ada.lovelace@acme.example": True, "ada": True, "lovelace@acme": True, "acme.ex": True,
        "ada@acme": False, "example": True,
    },
    "+31 20 123-4567": {"+31 20": True, "123-4567": True, "4567": True, "1234567": False, "12": True},
    "INV-2026/0042 v1.5": {"inv-2026": True, "0042": True, "42": False, "v1.5": True, "1.5": False},
    "٣٤٥ ½": {"٣٤": True, "½": True},
    # the commonest words, short ones, emoji, and very long ones
    "The Who, a band of the 60s": {"the who": True, "a": True, "of the": True, "60": True, "th": True},
    "Pizza 😀 party": {"pizza": True, "😀": False, "pizza 😀": True, "party": True},
    "Donau" + "dampfschifffahrt" * 8: {
        "donaudampf": True, "Donau" + "dampfschifffahrt" * 4: True, "Donau" + "dampfschifffahrt" * 8: True,
    },
}  # fmt: skip


async def test_the_same_words_are_found_on_every_database(family: Family) -> None:
    await family.fill("firms", [{"name": "x", "notes": text} for text in TEXTS])
    await family.index("firms")
    firms = family.caller("firms")
    for text, searches in TEXTS.items():
        for words, found in searches.items():
            rows = (await firms.query({"search": words, "limit": 200})).data
            assert (text in {row["notes"] for row in rows}) is found, (text, words)


async def test_words_are_kept_with_their_records(family: Family) -> None:
    """Whichever way records are written."""
    await family.fill("firms", [])
    await family.index("firms")
    service, scope = family.service, family.scope
    me = family.caller("firms").access

    async def found(words: str) -> list[str]:
        return await family.caller("firms").names(("search", words), ("sort", "name"))

    one = (await service.create(scope, me, "firms", {"name": "Önder", "notes": "first"})).data["id"]
    body = [{"name": f"Bulk {number}", "notes": "second"} for number in range(3)]
    made, *_ = await service.bulk(scope, me, "firms", "create", body, atomic=True)
    assert [await found(words) for words in ("onder first", "second")] == [
        ["Önder"],
        ["Bulk 0", "Bulk 1", "Bulk 2"],
    ]
    await service.update(scope, me, "firms", UUID(one), {"notes": "third"})
    assert [await found(words) for words in ("first", "onder third")] == [[], ["Önder"]]
    changes = [{"id": str(made.id), "notes": "fourth"}, {"id": one, "notes": "fifth"}]
    await service.bulk(scope, me, "firms", "update", changes, atomic=True)
    assert [await found(words) for words in ("third", "fourth", "onder fifth")] == [[], ["Bulk 0"], ["Önder"]]
    file = io.BytesIO(b"name,notes\nTaken in,sixth\n")
    await service.import_csv(scope, me, "firms", file, ImportOptions())
    assert await found("sixth") == ["Taken in"]
    await service.delete(scope, me, "firms", UUID(one))
    assert await found("fifth") == []
    await service.restore(scope, me, "firms", UUID(one))
    assert await found("fifth") == ["Önder"]
    await service.delete(scope, me, "firms", UUID(one), permanent=True)
    again = (await service.create(scope, me, "firms", {"name": "Fifth"})).data["name"]
    assert await found("fifth") == [again]
    with pytest.raises(BulkRefused):
        await service.bulk(
            scope, me, "firms", "create", [{"name": "Refused"}, {"parent": str(new_id())}], atomic=True
        )
    assert await found("refused") == []
    if family.engine.engine_type == "mysql":
        model = family.models["firms"]
        assert await unsearched(model.table_name, sorted(search_columns(model))) == 0


async def test_searches(family: Family) -> None:
    await family.fill("firms", FIRMS)
    await family.index("firms")
    firms = family.caller("firms")
    found = {text: await firms.names(("search", text), ("sort", "id")) for text in SEARCHES}
    assert {text: "|".join(sorted(names, key=str.lower)) for text, names in found.items()} == SEARCHES
    both = await firms.query({"search": "acme", "filter": {"industry": "food"}, "sort": ["-name"]})
    assert [row["name"] for row in both.data] == ["ACME Holding"]


async def test_a_cursor_is_bound_to_the_search(family: Family) -> None:
    await family.fill("firms", FIRMS)
    await family.index("firms")
    firms = family.caller("firms")
    first = await firms.page(("search", "acme"), ("limit", "1"))
    assert first.next is not None
    second = await firms.page(("search", "acme"), ("limit", "1"), ("cursor", first.next))
    assert [row["name"] for row in (*first.data, *second.data)] == ["Acme Corporation", "ACME Holding"]
    for pairs in ((("search", "bolt"),), ()):
        with pytest.raises(CursorMismatch):
            await firms.page(*pairs, ("limit", "1"), ("cursor", first.next))


async def test_a_field_that_may_not_be_read_is_not_searched(family: Family) -> None:
    await family.fill("firms", FIRMS)
    await family.index("firms")
    reader = Reader(family, {}, hidden={"firms.notes"})
    assert await reader.names("firms", search="widget") == ""
    assert await reader.names("firms", search="volvo") == ""
    assert await reader.names("firms", search="mice") == "Of Mice"
    assert await reader.names("firms", search="of") == "Of Mice"
    blind = Reader(family, {}, hidden={"firms.notes", "firms.name"})
    with pytest.raises(InvalidQuery) as raised:
        await blind.rows("firms", search="mice", sort=["id"])
    assert [problem.code for problem in raised.value.problems] == ["not-searchable"]


@pytest.mark.parametrize("family", ["sqlite", "mariadb"], indirect=True)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text("aA é\"'*+-<>()~@:^{}[]\\%_,;?!#$&|/=0\u0301\U0001f600", min_size=1, max_size=12))
async def test_whatever_is_typed_is_only_text(family: Family, text: str) -> None:
    """No text is an error of the database's search grammar, or means more than its words."""
    if not family.rows:
        await family.fill("firms", FIRMS)
        await family.index("firms")
    found = await family.caller("firms").query({"search": text, "fields": ["name"]})
    if not words_of(text) and text:
        assert found.data == []


async def test_problems(family: Family) -> None:
    for name, text, code in (
        ("tasks", "x", "not-searchable"),
        ("firms", "x" * 201, "invalid-value"),
        ("firms", "a b c d e f g h i j k", "too-many-words"),
    ):
        with pytest.raises(InvalidQuery) as raised:
            await family.caller(name).page(("search", text))
        assert [problem.code for problem in raised.value.problems] == [code]
