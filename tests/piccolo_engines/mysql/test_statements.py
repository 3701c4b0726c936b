"""What goes over the wire: one statement where one is enough."""

from piccolo_engines.mysql import MySQLEngine
from tests.piccolo_engines.mysql.tables import MUSIC, Band, Manager, created


async def questions(engine: MySQLEngine) -> int:
    """The server's own count of this pool's statements so far; the pool has one connection."""
    (row,) = await Manager.raw("SHOW SESSION STATUS LIKE 'Questions'")
    return int(row["Value"])


async def test_a_warm_read_is_one_statement(engine: MySQLEngine) -> None:
    async with created(engine, *MUSIC):
        await Manager(name="a").save()
        before = await questions(engine)
        await Band.select().where(Band.name == "x")
        await Manager.objects().get(Manager.name == "a")
        assert await questions(engine) - before - 1 == 2


async def test_an_insert_is_one_statement(engine: MySQLEngine) -> None:
    async with created(engine, *MUSIC):
        before = await questions(engine)
        await Manager(name="b").save()
        await Band(name="c").save()
        assert await questions(engine) - before - 1 == 2


async def test_statements_are_reported_without_their_values(engine: MySQLEngine) -> None:
    seen: list[str] = []
    async with created(engine, *MUSIC):
        engine.on_statement = seen.append
        async with engine.transaction():
            await Manager(name="secret 100%").save()
            await Manager.select(Manager.name).where(Manager.name.like("s%"))
        engine.on_statement = None
    assert len(seen) == 2
    assert "secret" not in "".join(seen)
    assert seen[1] == 'SELECT ALL "manager"."name" AS "name" FROM "manager" WHERE "manager"."name" LIKE %s'


async def test_an_update_that_returns_keys_is_a_lock_and_an_update(engine: MySQLEngine) -> None:
    async with created(engine, *MUSIC):
        manager = Manager(name="b")
        await manager.save()
        update = Manager.update({Manager.name: "c"}).where(Manager.name == "b").returning(Manager.id)
        before = await questions(engine)
        assert await update == [{"id": manager.id}]
        assert await questions(engine) - before - 1 == 4  # with the transaction around them
        async with engine.transaction():
            before = await questions(engine)
            assert await update == []
            again = Manager.update({Manager.name: "d"}).where(Manager.name == "c").returning(Manager.id)
            assert await again == [{"id": manager.id}]
            assert await questions(engine) - before - 1 == 3
