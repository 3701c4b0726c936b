"""Few threads, started when needed, for any number of engines."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

from piccolo_engines.sqlite import SQLiteEngine
from piccolo_engines.sqlite.threads import Threads, shared_threads


def test_work_one_after_the_other_needs_one_thread() -> None:
    threads = Threads(limit=8)
    assert threads.started == 0
    names: set[str] = set()
    done = threading.Semaphore(0)

    def work() -> Callable[[], object]:
        names.add(threading.current_thread().name)
        return done.release

    for _ in range(100):
        threads.run(work)
        assert done.acquire(timeout=60)
    assert len(names) == threads.started == 1


async def test_statements_one_after_the_other_need_one_thread(tmp_path: Path) -> None:
    threads = Threads()
    engine = SQLiteEngine(tmp_path / "a.sqlite", threads=threads)
    await engine.run_ddl("CREATE TABLE a (b)")
    for _ in range(20):
        await engine.run_ddl("SELECT * FROM a")
        async with engine.transaction():
            await engine.run_ddl("INSERT INTO a VALUES (1)")
    assert threads.started == 1
    await engine.close()


def test_there_are_never_more_threads_than_the_limit_and_all_work_is_done() -> None:
    threads = Threads(limit=3)
    gate = threading.Event()
    done = threading.Semaphore(0)

    def work() -> None:
        gate.wait(60)
        done.release()

    for _ in range(20):
        threads.run(work)
    assert threads.started == 3
    assert threads.is_crowded
    gate.set()
    assert all(done.acquire(timeout=60) for _ in range(20))
    assert threads.started == 3
    assert not threads.is_crowded


def test_waiting_work_is_done_in_the_order_in_which_it_came() -> None:
    threads = Threads(limit=1)
    order: list[int] = []
    done = threading.Event()
    for number in range(50):
        threads.run(lambda number=number: order.append(number))
    threads.run(done.set)
    assert done.wait(60)
    assert order == list(range(50))


def test_engines_share_their_threads_unless_they_are_given_others() -> None:
    assert shared_threads() is shared_threads()


async def test_hundreds_of_databases_do_with_a_handful_of_threads(tmp_path: Path) -> None:
    threads = Threads(limit=4)
    engines = [SQLiteEngine(tmp_path / f"{number}.sqlite", threads=threads) for number in range(200)]
    await asyncio.gather(*(engine.run_ddl("CREATE TABLE a (b INTEGER)") for engine in engines))
    await asyncio.gather(*(engine.close() for engine in engines))
    assert threads.started == 4
