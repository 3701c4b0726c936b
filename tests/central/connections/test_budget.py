"""ConnectionBudget: who gets a connection, who waits, and that none is ever lost or one too many."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest

from central.connections.budget import ConnectionBudget, Part
from central.connections.rules import BudgetRules
from piccolo_engines.errors import EngineClosed, PoolTimeout
from tests.central.connections.stubs import StubServer
from tests.support.waiting import until


def budget_on(server: StubServer, **rules: Any) -> tuple[ConnectionBudget, Callable[[], Part]]:
    budget = ConnectionBudget(BudgetRules(**rules), end_thread=server.end_thread)
    return budget, lambda: Part(server.open)


async def test_a_connection_given_back_serves_the_same_tenant_again() -> None:
    server = StubServer()
    budget, part = budget_on(server)
    tenant = part()
    for _ in range(3):
        budget.release(tenant, await budget.acquire(tenant))
    assert server.made == 1
    assert (budget.use.in_use, budget.use.idle, budget.use.opened) == (0, 1, 1)
    await budget.close(tenant)


async def test_an_idle_connection_is_taken_without_waiting_and_only_when_acquire_would_give_it() -> None:
    server = StubServer()
    budget, part = budget_on(server, limit=3, share=1, patience=60, linger=60)
    tenant, other = part(), part()
    assert budget.take(tenant) is None
    first, second = await budget.acquire(tenant), await budget.acquire(tenant)
    held = await budget.acquire(other)
    budget.release(tenant, first)
    assert (budget.take(tenant), tenant.held, budget.use.idle) == (None, 1, 1)  # it has its share
    waiting = asyncio.create_task(budget.acquire(part()))
    await asyncio.sleep(0)
    budget.release(tenant, second)
    assert (budget.take(tenant), tenant.held, budget.use.waiting) == (None, 0, 1)  # another tenant waits
    waiting.cancel()
    await asyncio.wait([waiting])
    budget.release(other, held)
    first.kill()
    assert (budget.take(tenant), tenant.in_use, tenant.held) == (second, {second}, 1)
    budget.release(tenant, second)
    second.kill()
    assert (budget.take(tenant), tenant.held, budget.use.in_use, len(tenant.idle)) == (None, 0, 0, 0)
    budget.release(tenant, await budget.acquire(tenant))
    await budget.close(tenant)
    assert budget.take(tenant) is None


async def test_the_connection_longest_unused_gives_way_to_another_tenant() -> None:
    server = StubServer()
    budget, part = budget_on(server, limit=2)
    first, second, third = part(), part(), part()
    for tenant in (first, second, first):
        budget.release(tenant, await budget.acquire(tenant))
    budget.release(third, await budget.acquire(third))
    assert [len(tenant.idle) for tenant in (first, second, third)] == [1, 0, 1]
    assert (server.most, budget.use.evicted) == (2, 1)


async def test_a_connection_that_the_server_does_not_let_go_keeps_its_place_until_it_is_ended() -> None:
    server = StubServer(is_deaf=True)
    budget, part = budget_on(server, limit=1)
    first, second = part(), part()
    budget.release(first, await budget.acquire(first))
    budget.release(second, await budget.acquire(second))
    assert (server.killed, server.most) == ([1], 1)


async def test_past_the_budget_a_query_waits_and_then_fails() -> None:
    server = StubServer()
    budget, part = budget_on(server, limit=1, patience=0.05)
    holder, other = part(), part()
    session = await budget.acquire(holder)
    with pytest.raises(PoolTimeout):
        await budget.acquire(other)
    assert budget.use.timeouts == 1
    waiting = asyncio.create_task(budget.acquire(other))
    await asyncio.sleep(0)
    assert budget.use.waiting == 1
    budget.release(holder, session)
    budget.release(other, await waiting)
    assert server.most == 1


@pytest.mark.parametrize(
    ("limit", "share", "wanted", "got"),
    [
        (40, 8, [60], [20]),
        (40, 8, [60, 60], [20, 10]),
        (40, 8, [60, 60, 60], [20, 10, 5]),
        (40, 8, [60, 60, 60, 60, 1, 1, 1], [20, 10, 5, 1, 1, 1, 1]),
        (40, 8, [8, 8, 8, 8, 8], [8, 8, 8, 8, 3]),
        (40, 40, [60], [35]),
        (5, 2, [5, 5], [3, 1]),
        (2, 2, [2, 2], [1, 1]),
        (1, 1, [1], [1]),
    ],
)
async def test_tenants_that_keep_what_they_have_leave_some_for_the_next(
    limit: int, share: int, wanted: list[int], got: list[int]
) -> None:
    server = StubServer()
    budget, part = budget_on(server, limit=limit, share=share, patience=0)
    tenants = [part() for _ in wanted]
    for tenant, count in zip(tenants, wanted, strict=True):
        await asyncio.gather(*(budget.acquire(tenant) for _ in range(count)), return_exceptions=True)
    assert [tenant.held for tenant in tenants] == got
    for tenant in tenants:
        for session in list(tenant.in_use):
            budget.release(tenant, session)


async def test_what_a_tenant_has_beyond_its_share_goes_to_others_as_it_ends() -> None:
    server = StubServer()
    budget, part = budget_on(server, limit=16, share=4, patience=60)
    greedy, modest = part(), part()
    holding = [asyncio.create_task(budget.acquire(greedy)) for _ in range(30)]
    others = [asyncio.create_task(budget.acquire(modest)) for _ in range(4)]
    await asyncio.sleep(0.01)
    assert (greedy.held, modest.held) == (8, 4)
    for _ in range(20):
        budget.release(greedy, next(iter(greedy.in_use)))
        await asyncio.sleep(0)
        assert greedy.held <= 8
    assert modest.held == 4
    await asyncio.gather(*others)
    while not all(task.done() for task in holding):
        budget.release(greedy, next(iter(greedy.in_use)))
        await asyncio.sleep(0)
    for tenant in (greedy, modest):
        await budget.close(tenant)
    assert (server.most, budget.use.timeouts) == (12, 0)


async def test_a_query_waits_for_a_connection_of_its_own_tenant_rather_than_close_another_s() -> None:
    server = StubServer()
    budget, part = budget_on(server, limit=4, share=4, patience=60, linger=60)
    tenants = [part() for _ in range(4)]
    for tenant in tenants:
        budget.release(tenant, await budget.acquire(tenant))
    busy = tenants[0]
    session = await budget.acquire(busy)
    waiting = asyncio.create_task(budget.acquire(busy))
    await asyncio.sleep(0)
    budget.release(busy, session)
    assert await waiting is session
    assert (budget.use.opened, budget.use.evicted) == (4, 0)
    budget.release(busy, session)


async def test_a_query_whose_tenant_s_connections_stay_in_use_gets_another_s_place() -> None:
    server = StubServer()
    budget, part = budget_on(server, limit=4, share=4, patience=60, linger=0.01)
    tenants = [part() for _ in range(4)]
    for tenant in tenants:
        budget.release(tenant, await budget.acquire(tenant))
    busy = tenants[0]
    slow = await budget.acquire(busy)
    second = await budget.acquire(busy)
    assert (budget.use.opened, budget.use.evicted, busy.held) == (5, 1, 2)
    for session in (slow, second):
        budget.release(busy, session)


async def test_a_tenant_with_several_unused_connections_gives_one_before_another_gives_its_only_one() -> None:
    server = StubServer()
    budget, part = budget_on(server, limit=4, share=4, patience=60, linger=0)
    single, double, newcomer = part(), part(), part()
    budget.release(single, await budget.acquire(single))
    for session in [await budget.acquire(double) for _ in range(3)]:
        budget.release(double, session)
    budget.release(newcomer, await budget.acquire(newcomer))
    assert [len(tenant.idle) for tenant in (single, double, newcomer)] == [1, 2, 1]


async def test_a_tenant_that_always_has_more_to_ask_does_not_keep_others_out() -> None:
    server = StubServer()
    budget, part = budget_on(server, limit=2, share=1, patience=60, linger=0.001)
    busy = [part(), part()]
    done = asyncio.Event()

    async def again_and_again(tenant: Part) -> None:
        while not done.is_set():
            session = await budget.acquire(tenant)
            await asyncio.sleep(0)
            budget.release(tenant, session)

    crowd = [asyncio.create_task(again_and_again(tenant)) for tenant in busy for _ in range(5)]
    await asyncio.sleep(0.01)
    for newcomer in [part() for _ in range(5)]:
        budget.release(newcomer, await budget.acquire(newcomer))
    done.set()
    await asyncio.gather(*crowd)
    assert (server.most, budget.use.timeouts) == (2, 0)


async def test_a_tenant_with_its_share_waits_its_turn_even_when_one_of_its_own_is_idle() -> None:
    server = StubServer(hang_up=0.02)
    budget, part = budget_on(server, limit=3, share=1, patience=5)
    greedy, modest, idle = part(), part(), part()
    for tenant in (idle, greedy):
        budget.release(tenant, await budget.acquire(tenant))
    held = await budget.acquire(greedy)
    second = await budget.acquire(greedy)
    wanted = asyncio.create_task(budget.acquire(modest))
    await asyncio.sleep(0)
    budget.release(greedy, second)
    late = asyncio.create_task(budget.acquire(greedy))
    budget.release(modest, await wanted)
    budget.release(greedy, await late)
    budget.release(greedy, held)
    assert server.most <= 3


async def test_an_unused_connection_is_closed_after_a_while() -> None:
    server = StubServer()
    budget, part = budget_on(server, idle=0.05)
    tenant = part()
    budget.release(tenant, await budget.acquire(tenant))
    await until(lambda: (server.now, budget.use.idle, budget.use.in_use) == (0, 0, 0))


async def test_an_old_connection_is_closed_when_it_is_given_back() -> None:
    server = StubServer()
    budget, part = budget_on(server, max_age=-1.0)
    tenant = part()
    budget.release(tenant, await budget.acquire(tenant))
    await budget.settled()
    assert server.now == 0


async def test_nothing_is_ended_on_a_server_that_has_hung_up() -> None:
    server = StubServer()
    budget, part = budget_on(server)
    tenant = part()
    session = await budget.acquire(tenant)
    session.in_flight = session.hung_up = True
    budget.release(tenant, session)
    await budget.settled()
    assert server.killed == []


async def test_an_interrupted_statement_is_ended_on_the_server_before_its_place_is_free() -> None:
    server = StubServer(hang_up=0.02)
    budget, part = budget_on(server, limit=1)
    tenant, other = part(), part()
    session = await budget.acquire(tenant)
    session.in_flight = True
    budget.release(tenant, session)
    budget.release(other, await budget.acquire(other))
    assert (server.killed, server.most) == ([1], 1)


async def test_a_dead_connection_is_replaced_without_a_word() -> None:
    server = StubServer()
    budget, part = budget_on(server, limit=1)
    tenant = part()
    session = await budget.acquire(tenant)
    budget.release(tenant, session)
    session.kill()  # type: ignore[attr-defined]  # the server has hung up
    assert await budget.acquire(tenant) is not session
    assert server.most == 1


async def test_a_closed_tenant_gets_nothing_and_keeps_nothing() -> None:
    server = StubServer()
    budget, part = budget_on(server, limit=3, patience=5)
    tenant, other = part(), part()
    used, _ = await budget.acquire(tenant), budget.release(tenant, await budget.acquire(tenant))
    taken = await budget.acquire(other)
    waiting = asyncio.create_task(budget.acquire(tenant))
    await asyncio.sleep(0)
    await budget.close(tenant)
    with pytest.raises(EngineClosed):
        await waiting
    with pytest.raises(EngineClosed):
        await budget.acquire(tenant)
    budget.release(tenant, used)
    budget.release(other, taken)
    await budget.settled()
    assert (tenant.held, tenant.idle, tenant.in_use) == (0, [], set())
    assert server.now == len(other.idle) == 1


async def test_a_connection_that_cannot_be_opened_gives_its_place_to_the_next() -> None:
    server = StubServer(connect=0.01, failing=1.0)
    budget, part = budget_on(server, limit=1)
    results = await asyncio.gather(*(budget.acquire(part()) for _ in range(5)), return_exceptions=True)
    assert [type(result) for result in results] == [ConnectionError] * 5
    assert (budget.use.in_use, server.most) == (0, 1)


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_is_cancelled_nothing_is_lost_and_the_budget_holds(seed: int) -> None:
    random.seed(seed)
    server = StubServer(connect=0.0005, hang_up=0.0005, failing=0.05)
    budget, part = budget_on(server, limit=6, share=2, patience=0.05, idle=0.01)
    tenants = [part() for _ in range(20)]

    async def query() -> None:
        tenant = random.choice(tenants)
        session: Any = await budget.acquire(tenant)
        session.in_flight = True
        try:
            await asyncio.sleep(random.random() * 0.004)
            session.in_flight = False
        finally:
            budget.release(tenant, session)

    async def client() -> None:
        for _ in range(60):
            task = asyncio.create_task(query())
            if random.random() < 0.4:
                await asyncio.sleep(random.random() * 0.004)
                task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert server.now <= 6
            assert sum(tenant.held for tenant in tenants) <= 6

    await asyncio.gather(*(client() for _ in range(15)))
    for tenant in tenants:
        assert (tenant.held, tenant.in_use) == (0, set())
        await budget.close(tenant)
    await budget.settled()
    assert server.most == 6
    assert (server.now, budget.use.in_use, budget.use.idle, budget.use.waiting) == (0, 0, 0, 0)
