"""All or nothing: transactions, savepoints, collected queries, and what ends them."""

import asyncio
from pathlib import Path

import pytest
from piccolo.engine.exceptions import TransactionError
from piccolo.querystring import QueryString

from piccolo_engines.effects import watched
from piccolo_engines.errors import InvalidIdentifier, StatementError, TransactionEnded, UniqueViolation
from piccolo_engines.outcomes import apart, call_at_end
from piccolo_engines.sqlite import SQLiteEngine, TransactionType
from piccolo_engines.statements import StatementGroup
from tests.piccolo_engines.tables import DB, Band, Counter, Manager

pytestmark = pytest.mark.usefixtures("bound")

SLOW_WRITE = """
    INSERT INTO counter (number)
    WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 30000000) SELECT n FROM c
"""


async def names() -> list[str]:
    found: list[str] = await Manager.select(Manager.name).order_by(Manager.name).output(as_list=True)
    return found


async def test_what_happens_in_a_transaction_is_there_afterwards() -> None:
    async with DB.transaction():
        await Manager.insert(Manager(name="a"))
        await Manager.insert(Manager(name="b"))
        assert await names() == ["a", "b"]
    assert await names() == ["a", "b"]
    assert not DB.transaction_exists()
    assert DB.current_transaction.get() is None


async def test_an_exception_undoes_all_and_is_passed_on() -> None:
    with pytest.raises(UniqueViolation):  # noqa: PT012  # the whole block
        async with DB.transaction():
            await Manager.insert(Manager(name="a"))
            await Manager.insert(Manager(name="a"))
    assert await names() == []
    assert not DB.transaction_exists()


async def test_a_failure_that_is_dealt_with_inside_undoes_only_its_statement() -> None:
    async with DB.transaction():
        await Manager.insert(Manager(name="a"))
        with pytest.raises(UniqueViolation):
            await Manager.insert(Manager(name="a"))
        await Manager.insert(Manager(name="b"))
    assert await names() == ["a", "b"]


async def test_a_cancelled_block_is_undone_and_lets_the_next_one_in() -> None:
    inside = asyncio.Event()

    async def block() -> None:
        async with DB.transaction():
            await Manager.insert(Manager(name="a"))
            inside.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(block())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5), DB.transaction():
        await Manager.insert(Manager(name="b"))
    assert await names() == ["b"]


async def test_a_block_inside_a_block_joins_it() -> None:
    async with DB.transaction() as outer:
        async with DB.transaction() as inner:
            assert inner is outer
            await Manager.insert(Manager(name="a"))
        assert DB.transaction_exists()
        await outer.rollback()
    assert await names() == []


async def test_a_failing_inner_block_fails_the_outer_one_unless_it_is_dealt_with() -> None:
    async with DB.transaction():
        await Manager.insert(Manager(name="a"))
        with pytest.raises(UniqueViolation):  # noqa: PT012  # the whole block
            async with DB.transaction():
                await Manager.insert(Manager(name="b"))
                await Manager.insert(Manager(name="b"))
    assert await names() == ["a", "b"]


async def test_a_block_can_refuse_to_join() -> None:
    async with DB.transaction():
        with pytest.raises(TransactionError):
            async with DB.transaction(allow_nested=False):
                pass  # pragma: no cover - never reached
    async with DB.transaction(allow_nested=False):
        await Manager.insert(Manager(name="a"))
    assert await names() == ["a"]


@pytest.mark.parametrize("kind", TransactionType)
async def test_every_type_of_transaction_is_accepted(kind: TransactionType) -> None:
    async with DB.transaction(transaction_type=kind):
        await Manager.insert(Manager(name="a"))
    assert await names() == ["a"]


async def test_a_transaction_can_be_committed_early() -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012  # the whole block
        async with DB.transaction() as transaction:
            await Manager.insert(Manager(name="a"))
            await transaction.commit()
            raise ZeroDivisionError
    assert await names() == ["a"]


async def test_a_transaction_can_be_rolled_back_early() -> None:
    async with DB.transaction() as transaction:
        await Manager.insert(Manager(name="a"))
        await transaction.rollback()
    assert await names() == []


@pytest.mark.parametrize("end", ["commit", "rollback"])
async def test_after_an_early_end_no_statement_is_done_by_halves(end: str) -> None:
    async with DB.transaction() as transaction:
        await Manager.insert(Manager(name="a"))
        await getattr(transaction, end)()
        for late in (Manager.insert(Manager(name="b")), transaction.commit(), transaction.savepoint()):
            with pytest.raises(TransactionEnded):
                await late
    assert await names() == (["a"] if end == "commit" else [])


async def test_a_savepoint_is_a_mark_to_which_one_can_go_back() -> None:
    async with DB.transaction() as transaction:
        await Manager.insert(Manager(name="a"))
        savepoint = await transaction.savepoint()
        await Manager.insert(Manager(name="b"))
        await savepoint.rollback_to()
        await Manager.insert(Manager(name="c"))
        await savepoint.rollback_to()
        await Manager.insert(Manager(name="d"))
        await savepoint.release()
    assert await names() == ["a", "d"]


async def test_savepoints_have_names_and_nest() -> None:
    async with DB.transaction() as transaction:
        await transaction.savepoint("my-first")
        await Manager.insert(Manager(name="a"))
        second = await transaction.savepoint()
        await Manager.insert(Manager(name="b"))
        await transaction.rollback_to("my-first")
        with pytest.raises(StatementError):
            await second.release()
        await Manager.insert(Manager(name="c"))
    assert await names() == ["c"]


async def test_a_savepoints_name_may_not_smuggle_sql() -> None:
    async with DB.transaction() as transaction:
        with pytest.raises(InvalidIdentifier):
            await transaction.savepoint('a"; DROP TABLE manager; --')


async def test_tasks_started_inside_share_the_transaction() -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012  # the whole block
        async with DB.transaction():
            await asyncio.gather(*(Manager.insert(Manager(name=f"{n}")) for n in range(20)))
            assert await Manager.count() == 20
            raise ZeroDivisionError
    assert await names() == []


async def test_statements_of_one_transaction_are_done_in_the_order_in_which_they_were_sent() -> None:
    async with DB.transaction():
        await asyncio.gather(*(Counter.insert(Counter(number=n)) for n in range(50)))
    assert await Counter.select(Counter.number).order_by(Counter.id).output(as_list=True) == list(range(50))


async def test_a_task_that_outlives_the_transaction_goes_on_by_itself() -> None:
    go_on = asyncio.Event()

    async def in_the_background() -> None:
        await go_on.wait()
        assert not DB.transaction_exists()
        await Manager.insert(Manager(name="late"))
        async with DB.transaction():
            await Manager.insert(Manager(name="later"))

    async with DB.transaction() as transaction:
        task = asyncio.create_task(in_the_background())
        await transaction.rollback()
    go_on.set()
    await task
    assert await names() == ["late", "later"]


async def test_a_block_that_joined_a_transaction_which_ended_before_it_says_so() -> None:
    joined, go_on = asyncio.Event(), asyncio.Event()

    async def child() -> None:
        async with DB.transaction():
            joined.set()
            await go_on.wait()

    async with DB.transaction():
        task = asyncio.create_task(child())
        await joined.wait()
    go_on.set()
    with pytest.raises(TransactionEnded):
        await task


async def test_a_transaction_that_the_database_undid_does_not_go_on_by_halves() -> None:
    with pytest.raises(TransactionEnded):  # noqa: PT012  # the whole block
        async with DB.transaction():
            await Manager.insert(Manager(name="a"))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await Counter.raw(SLOW_WRITE)  # an interrupted write undoes the whole transaction
            with pytest.raises(TransactionEnded):
                await Manager.insert(Manager(name="b"))
    assert await names() == []
    assert await Counter.count() == 0


async def test_an_interrupted_read_leaves_the_transaction_as_it_is() -> None:
    async with DB.transaction():
        await Manager.insert(Manager(name="a"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await Manager.raw(SLOW_WRITE.split(")", 1)[1])
        await Manager.insert(Manager(name="b"))
    assert await names() == ["a", "b"]


async def test_a_deferred_constraint_that_fails_at_the_commit_undoes_all(bound: SQLiteEngine) -> None:
    await bound.run_ddl("CREATE TABLE child (m TEXT REFERENCES manager DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(Exception, match="refers to one that does not exist"):  # noqa: PT012  # the whole block
        async with DB.transaction():
            await Manager.insert(Manager(name="a"))
            await bound.run_ddl("INSERT INTO child VALUES ('nobody')")
    assert await names() == []
    async with DB.transaction():
        await Manager.insert(Manager(name="b"))


async def test_collected_queries_are_all_done_or_none() -> None:
    atomic = DB.atomic()
    atomic.add(Manager.insert(Manager(name="a")), Manager.insert(Manager(name="a")))
    with pytest.raises(UniqueViolation) as caught:
        await atomic.run()
    assert type(caught.value.__cause__).__name__ == "IntegrityError"
    assert await names() == []
    atomic.add(Manager.insert(Manager(name="b")), Manager.objects().get_or_create(Manager.name == "c"))
    await atomic
    assert await names() == ["b", "c"]


async def test_what_is_not_a_query_is_not_collected() -> None:
    atomic = DB.atomic(transaction_type=TransactionType.exclusive)
    atomic.add(Manager.insert(Manager(name="a")), "SELECT 1")
    with pytest.raises(ValueError, match="Unrecognised query"):
        await atomic
    assert await names() == []


def test_collected_queries_can_be_run_without_an_event_loop(tmp_path: Path) -> None:
    engine = SQLiteEngine(tmp_path / "a.sqlite")
    with DB.bind(engine):
        atomic = DB.atomic()
        atomic.add(Manager.create_table(), Band.create_table())
        atomic.run_sync()
        assert Manager.count().run_sync() == 0
    asyncio.run(engine.close())


def insert(name: str) -> QueryString:
    return Manager.insert(Manager(name=name)).querystrings[0]


async def test_statements_together_are_done_or_not() -> None:
    await DB.run_querystring(StatementGroup(insert("a"), insert("b")))
    with pytest.raises(UniqueViolation):
        await DB.run_querystring(StatementGroup(insert("c"), insert("a")))
    async with DB.transaction():
        await DB.run_querystring(insert("d"))
        with pytest.raises(UniqueViolation):
            await DB.run_querystring(StatementGroup(insert("e"), insert("a")))
        await DB.run_querystring(StatementGroup(insert("f"), insert("g")))
    assert await names() == ["a", "b", "d", "f", "g"]


async def test_the_last_statements_end_the_transaction_unless_a_block_goes_on() -> None:
    with watched() as effects:
        with pytest.raises(UniqueViolation):  # noqa: PT012  # the whole block
            async with DB.transaction():
                await DB.run_querystring(insert("a"))
                await DB.run_querystring(StatementGroup(insert("b"), insert("a"), is_last=True))
        assert not effects.possible
        async with DB.transaction():
            async with DB.transaction():
                await DB.run_querystring(StatementGroup(insert("c"), is_last=True))
            assert not effects.possible
            await DB.run_querystring(StatementGroup(insert("d"), is_last=True))
            assert effects.possible
            with pytest.raises(TransactionEnded):
                await DB.run_querystring(insert("e"))
    assert await names() == ["c", "d"]


async def test_what_became_of_a_transaction_is_reported_at_its_end() -> None:
    ended: list[bool | None] = []
    assert not call_at_end(DB, ended.append)
    async with DB.transaction():
        await Manager.insert(Manager(name="a"))
        assert call_at_end(DB, ended.append)
        async with DB.transaction():
            pass
        assert ended == []
        with apart(DB):
            assert await names() == []
            assert not call_at_end(DB, ended.append)
    assert ended == [True]
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - what is raised passes through the block
        async with DB.transaction():
            call_at_end(DB, ended.append)
            raise ZeroDivisionError
    assert ended == [True, False]
    async with DB.transaction() as transaction:
        call_at_end(DB, ended.append)
        await DB.run_querystring(StatementGroup(QueryString("SELECT 1"), is_last=True))
        assert ended[2:] == [True]
        assert not call_at_end(DB, ended.append)
    async with DB.transaction() as transaction:
        call_at_end(DB, ended.append)
        await transaction.rollback()
    assert ended[3:] == [False]


async def test_what_a_savepoint_undoes_is_reported_at_once() -> None:
    before, after = list[bool | None](), list[bool | None]()
    async with DB.transaction() as transaction:
        call_at_end(DB, before.append)
        savepoint = await transaction.savepoint()
        call_at_end(DB, after.append)
        await savepoint.rollback_to()
        assert (before, after) == ([], [False])
    assert (before, after) == ([True], [False])
