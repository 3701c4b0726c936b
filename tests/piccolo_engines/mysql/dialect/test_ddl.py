"""Tables are created, changed and dropped, and nothing that was not to be changed is lost."""

from typing import Any

import pytest
from piccolo.columns import (
    JSON,
    Array,
    BigInt,
    BigSerial,
    ForeignKey,
    Integer,
    Numeric,
    Serial,
    Text,
    Timestamp,
    Varchar,
)
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check, Unique
from piccolo.query.constraints import get_fk_constraint_name, get_fk_constraint_rules
from piccolo.schema import SchemaManager
from piccolo.table import Table, create_db_tables, create_table_class, drop_db_tables

from piccolo_engines.errors import (
    CheckViolation,
    ForeignKeyViolation,
    NotNullViolation,
    StatementError,
    UniqueViolation,
    Unsupported,
)
from piccolo_engines.mysql import MySQLEngine
from tests.piccolo_engines.mysql.tables import bound, created


class Shop(Table):
    name = Varchar(length=20, unique=True)


class Ticket(Table):
    code = Varchar(length=10, default="x'y", index=True)
    price = Numeric(digits=(6, 2))
    shop = ForeignKey(Shop, on_delete=OnDelete.restrict)
    note = Text(default="none")
    parent = ForeignKey("self")
    shop_name = ForeignKey(
        Shop, target_column=Shop.name, on_delete=OnDelete.set_null, on_update=OnUpdate.cascade
    )
    positive = Check("price >= 0")
    once = Unique(["code", "shop"])


async def definition(engine: MySQLEngine, table: type[Table]) -> str:
    ((_, text),) = [
        tuple(row.values()) for row in await table.raw(f'SHOW CREATE TABLE "{table._meta.tablename}"')
    ]
    return str(text)


async def column(table: type[Table], name: str) -> dict[str, Any]:
    (row,) = await table.raw(
        'SELECT column_type AS "type", is_nullable AS "nullable", column_default AS "default", '
        'extra AS "extra", '
        'collation_name AS "collation", column_comment AS "comment" FROM information_schema.columns '
        "WHERE table_schema = DATABASE() AND table_name = {} AND column_name = {}",
        table._meta.tablename,
        name,
    )
    return row


async def test_foreign_keys_are_real(engine: MySQLEngine) -> None:
    async with created(engine, Shop, Ticket):
        with pytest.raises(ForeignKeyViolation):
            await Ticket(shop=5).save()
        shop = Shop(name="a")
        await shop.save()
        await Ticket(shop=shop, shop_name="a").save()
        with pytest.raises(ForeignKeyViolation):
            await shop.remove()
        await Shop.update({Shop.name: "b"}).where(Shop.name == "a")
        assert await Ticket.select(Ticket.shop_name).first() == {"shop_name": "b"}
        assert await get_fk_constraint_name(Ticket.shop) == "ticket_shop_fkey"
        rules = await get_fk_constraint_rules(Ticket.shop_name)
        assert (rules.on_delete, rules.on_update) == (OnDelete.set_null, OnUpdate.cascade)


async def test_constraints_hold(engine: MySQLEngine) -> None:
    async with created(engine, Shop, Ticket):
        with pytest.raises(CheckViolation) as check:
            await Ticket(price=-1).save()
        assert check.value.constraint == "positive"
        await Shop(name="a").save()
        await Ticket(code="a", shop=1).save()
        with pytest.raises(UniqueViolation) as unique:
            await Ticket(code="a", shop=1).save()
        assert (unique.value.table, unique.value.columns) == ("ticket", ("code", "shop"))


async def test_creating_again_only_if_missing(engine: MySQLEngine) -> None:
    async with created(engine, Shop):
        await Shop.create_table(if_not_exists=True)
        with pytest.raises(StatementError):
            await Shop.create_table()
        assert await Shop.table_exists()


async def test_a_half_made_set_of_tables_goes_again(engine: MySQLEngine) -> None:
    class Broken(Table):
        value = Integer(index=True, index_method=IndexMethod.gin)

    bound(engine, Shop, Broken)
    with pytest.raises(Unsupported):
        await create_db_tables(Shop, Broken)
    assert not await Shop.table_exists()


async def test_dropping_with_cascade_drops_the_references(engine: MySQLEngine) -> None:
    async with created(engine, Shop, Ticket):
        with pytest.raises(ForeignKeyViolation):
            await Shop.alter().drop_table()
        await Shop.alter().drop_table(cascade=True)
        await Ticket(shop=99).save()
        await drop_db_tables(Shop, Ticket)
        assert not await Ticket.table_exists()


async def test_indexes(engine: MySQLEngine) -> None:
    async with created(engine, Shop, Ticket):
        assert "ticket_code" in await Ticket.indexes()
        await Ticket.create_index([Ticket.code, Ticket.price])
        await Ticket.create_index([Ticket.note], if_not_exists=True)
        await Ticket.create_index([Ticket.note], if_not_exists=True)
        assert {"ticket_code_price", "ticket_note"} <= set(await Ticket.indexes())
        await Ticket.drop_index([Ticket.code, Ticket.price])
        await Ticket.drop_index([Ticket.code, Ticket.price], if_exists=True)
        await Ticket.create_index([Ticket.parent])
        await Ticket.drop_index([Ticket.parent])
        assert "ticket_parent" not in await Ticket.indexes()
        with pytest.raises(ForeignKeyViolation):
            await Ticket(parent=77).save()


async def test_changing_a_column_keeps_the_rest_of_it(engine: MySQLEngine) -> None:
    class Thing(Table):
        name = Varchar(length=10, default="a'b")

    async with created(engine, Thing):
        await engine.run_ddl(
            "ALTER TABLE thing MODIFY COLUMN name varchar(10) NOT NULL DEFAULT 'a''b' COMMENT 'it''s'"
        )
        await Thing.alter().set_null(Thing.name, True)
        await Thing.alter().set_length(Thing.name, 30)
        facts = await column(Thing, "name")
        assert facts["type"] == "varchar(30)"
        assert facts["nullable"] == "YES"
        assert facts["comment"] == "it's"
        assert facts["default"].strip("'").replace("\\'", "'").replace("''", "'") == "a'b"
        assert facts["collation"].endswith("_bin")
        await Thing.alter().set_null("name", False)
        assert (await column(Thing, "name"))["nullable"] == "NO"
        await engine.run_ddl("INSERT INTO thing (id) VALUES (NULL)")
        assert await Thing.select(Thing.name).first() == {"name": "a'b"}


async def test_auto_increment_survives_a_change_of_type(engine: MySQLEngine) -> None:
    async with created(engine, Shop):
        await Shop.alter().set_column_type(Shop._meta.primary_key, BigInt())
        facts = await column(Shop, "id")
        assert facts["type"].startswith("bigint")
        assert "auto_increment" in facts["extra"]


async def test_every_form_of_alter(engine: MySQLEngine) -> None:
    async with created(engine, Shop, Ticket):
        await Ticket(code="1").save()
        await (
            Ticket.alter()
            .add_column("count", Integer(default=3))
            .add_column("extra", JSON(null=True, default=None))
        )
        assert await Ticket.raw('SELECT "count", extra FROM ticket') == [{"count": 3, "extra": None}]
        await Ticket.alter().rename_column("count", "amount")
        with pytest.raises(Unsupported, match="unique"):
            await Ticket.alter().set_column_type(Ticket.code, Text())
        await Ticket.alter().drop_constraint("once")
        await Ticket.alter().set_column_type(Ticket.code, Text())
        await Ticket.alter().set_column_type(Ticket.code, Varchar(length=40))
        await Ticket.alter().set_digits(Ticket.price, (12, 4))
        assert (await column(Ticket, "price"))["type"] == "decimal(12,4)"
        await Ticket.alter().set_default(Ticket.code, "new'")
        await Ticket.alter().set_default(Ticket.note, "long")
        await engine.run_ddl("INSERT INTO ticket (id) VALUES (NULL)")
        row = (
            await Ticket.select(Ticket.code, Ticket.note)
            .order_by(Ticket._meta.primary_key, ascending=False)
            .first()
        )
        assert row == {"code": "new'", "note": "long"}
        await Ticket.alter().drop_default(Ticket.code)
        with pytest.raises(NotNullViolation):
            await engine.run_ddl("INSERT INTO ticket (id) VALUES (NULL)")
        await Ticket.alter().set_unique(Ticket.code, True)
        with pytest.raises(UniqueViolation):
            await Ticket(code="1").save()
        await Ticket.alter().set_unique(Ticket.code, False)
        await Ticket.alter().drop_column("amount")
        await Ticket.alter().drop_column("extra")
        assert "amount" not in await definition(engine, Ticket)


async def test_foreign_keys_come_and_go(engine: MySQLEngine) -> None:
    async with created(engine, Shop, Ticket):
        await Ticket.alter().drop_foreign_key_constraint(Ticket.shop)
        await Ticket(shop=9).save()
        await Ticket.delete(force=True)
        await Ticket.alter().add_foreign_key_constraint(Ticket.shop, on_delete=OnDelete.cascade)
        assert (await get_fk_constraint_rules(Ticket.shop)).on_delete is OnDelete.cascade
        await Ticket.alter().rename_constraint("ticket_shop_fkey", "renamed")
        assert await get_fk_constraint_name(Ticket.shop) == "renamed"


async def test_constraints_come_and_go(engine: MySQLEngine) -> None:
    async with created(engine, Shop, Ticket):
        for name in ("positive", "once"):
            await Ticket.alter().drop_constraint(name)
            await Ticket.alter().drop_constraint(name)
        await Ticket(price=-1).save()
        await Ticket.delete(force=True)
        await Ticket.alter().add_constraint(Ticket._meta.get_constraint_by_name("positive"))
        await Ticket.alter().add_constraint(Ticket._meta.get_constraint_by_name("once"))
        await Ticket.alter().rename_constraint("positive", "not_negative")
        await Ticket.alter().rename_constraint("once", "only_once")
        with pytest.raises(CheckViolation):
            await Ticket(price=-1).save()
        with pytest.raises(Unsupported, match="distinct"):
            await Ticket.alter().add_constraint(Unique(["code"], nulls_distinct=False, name="n"))


async def test_columns_that_take_part_in_constraints(engine: MySQLEngine) -> None:
    async with created(engine, Shop, Ticket):
        await Ticket.alter().rename_column("price", "cost")
        with pytest.raises(CheckViolation):
            await Ticket.raw("INSERT INTO ticket (cost) VALUES (-1)")
        await Ticket.alter().drop_column("cost")
        await Ticket.alter().drop_column("shop")
        text = await definition(engine, Ticket)
        assert "once" not in text
        assert "ticket_shop_fkey" not in text


async def test_a_new_column_needs_values_for_old_rows(engine: MySQLEngine) -> None:
    async with created(engine, Shop):
        await Shop(name="a").save()
        with pytest.raises(NotNullViolation):
            await Shop.alter().add_column("size", Integer(default=None, null=False))
        await Shop.alter().add_column("opened", Timestamp())
        assert len(await Shop.raw("SELECT opened FROM shop WHERE opened IS NOT NULL")) == 1


async def test_a_column_with_nulls_cannot_be_not_null(engine: MySQLEngine) -> None:
    async with created(engine, Shop):
        await Shop.alter().set_null(Shop.name, True)
        await Shop(name=None).save()
        with pytest.raises(NotNullViolation) as violation:
            await Shop.alter().set_null(Shop.name, False)
        assert (violation.value.table, violation.value.column) == ("shop", "name")


async def test_renaming_and_moving_tables(engine: MySQLEngine) -> None:
    other = f"{engine.config['database']}_b"
    async with created(engine, Shop):
        await Shop.alter().rename_table("store")
        assert not await Shop.table_exists()
        schemas = SchemaManager(db=engine)
        await schemas.create_schema(other)
        try:
            await schemas.move_table("store", other)
            assert await schemas.list_tables(other) == ["store"]
            with pytest.raises(Unsupported):
                await schemas.drop_schema(other)
            await schemas.rename_schema(other, f"{other}c")
            await schemas.rename_schema(f"{other}c", other)
            assert other in await schemas.list_schemas()
        finally:
            await schemas.drop_schema(other, cascade=True)


@pytest.mark.parametrize("make", [JSON, lambda **k: Array(Varchar(), **k)])
async def test_indexes_of_documents_follow_their_column(engine: MySQLEngine, make: Any) -> None:
    table = create_table_class("Paper", class_members={"data": make(index=True), "size": Integer()})
    data: Any = table.data  # type: ignore[attr-defined]  # made above
    async with created(engine, table):
        value = ["x" * 1_000]
        await table(data=value).save()
        await table.alter().rename_column("data", "facts")
        assert "paper_data" in await table.indexes()
        await table.alter().rename_column("facts", "data")
        await table.alter().set_column_type(data, Text())
        await table.alter().set_column_type(data, make())
        assert await table.count().where(data == value) == 1
        await table.drop_index(["data"])
        await table.create_index(["size", "data"])
        await table.alter().drop_column("data")
        assert "paper_size_data" not in await table.indexes()


async def test_a_document_cannot_be_unique(engine: MySQLEngine) -> None:
    table = create_table_class("Paper", class_members={"data": JSON(unique=True)})
    bound(engine, table)
    with pytest.raises(Unsupported, match="unique"):
        await table.create_table()


async def test_numbers_are_drawn_for_one_column(engine: MySQLEngine) -> None:
    table = create_table_class("Paper", class_members={"number": Serial()})
    bound(engine, table)
    with pytest.raises(Unsupported, match="one per table"):
        await table.create_table()
    async with created(engine, Shop):
        with pytest.raises(Unsupported, match="one per table"):
            await Shop.alter().add_column("number", BigSerial())


async def test_public_is_the_sessions_own_schema(engine: MySQLEngine) -> None:
    table = create_table_class("Paper", class_kwargs={"schema": "public"}, class_members={"size": Integer()})
    async with created(engine, table):
        await table(size=3).save()
        assert await table.select(table.size) == [{"size": 3}]  # type: ignore[attr-defined]  # made above
        assert await SchemaManager(db=engine).list_tables("public") == ["paper"]


async def test_long_names_fit(engine: MySQLEngine) -> None:
    class ATableWithANameThatIsRatherLongButAllowed(Table):
        a_column_with_a_long_name_too = Varchar(length=10, unique=True)
        another_column_with_a_long_name = ForeignKey(Shop, index=True)

    async with created(engine, Shop, ATableWithANameThatIsRatherLongButAllowed):
        table = ATableWithANameThatIsRatherLongButAllowed
        await table.alter().drop_foreign_key_constraint(table.another_column_with_a_long_name)
        await table.alter().set_unique(table.a_column_with_a_long_name_too, False)


def test_a_previewed_new_column_shows_its_constraints() -> None:
    class Owner(Table, db=MySQLEngine({})):
        pass

    query = Owner.alter().add_column("code", Varchar(length=5, unique=True))
    query = query.add_column("shop", ForeignKey(Shop, on_delete=OnDelete.cascade))
    (shown,) = query.ddl
    assert "ADD COLUMN \"code\" VARCHAR(5) NOT NULL DEFAULT ''" in shown
    assert 'ADD CONSTRAINT "owner_code_key" UNIQUE ("code")' in shown
    assert 'ADD COLUMN "shop" INTEGER' in shown
    assert 'FOREIGN KEY ("shop") REFERENCES "shop"' in shown
