"""The limits of a tenant's requests, in one process and over several."""

import random
from collections.abc import Callable, Sequence

import msgspec
import pytest

from central.plans.errors import TooManyConcurrentRequests, TooManyRequests
from central.plans.limits import Limits
from central.usage.rate import TenantRate

LIMITS = Limits("basic", requests_per_second=10, burst=20)


def admitted(rate: TenantRate, count: int, now: float) -> int:
    """Ask so often, and return how many requests were admitted; they end at once."""
    done = 0
    for _ in range(count):
        try:
            rate.take(now)
        except TooManyRequests:
            continue
        done += 1
    return done


def exchange(rates: Sequence[TenantRate], now: float) -> None:
    for rate in rates:
        rate.own.beat += 1
    seen = {str(number): msgspec.structs.replace(rate.own) for number, rate in enumerate(rates)}
    for number, rate in enumerate(rates):
        rate.exchange({key: one for key, one in seen.items() if key != str(number)}, now)


def test_a_burst_and_then_the_rate() -> None:
    rate = TenantRate(LIMITS, 0.0)
    assert admitted(rate, 100, 0.0) == 20
    with pytest.raises(TooManyRequests) as refused:
        rate.take(0.0)
    assert (refused.value.retry_after, refused.value.most, refused.value.limit) == (
        1,
        10,
        "requestsPerSecond",
    )
    assert admitted(rate, 100, 1.0) == 10
    assert admitted(rate, 100, 61.0) == 20


def test_headers_tell_policy_and_what_is_left() -> None:
    rate = TenantRate(msgspec.structs.replace(LIMITS, concurrent_requests=5), 0.0)
    admitted(rate, 8, 0.0)
    assert rate.headers() == [
        (b"ratelimit-policy", b'"requests";q=20;w=2, "concurrency";q=5;qu="concurrent-requests"'),
        (b"ratelimit", b'"requests";r=12;t=1'),
    ]


def test_concurrent_requests_are_counted_until_they_end() -> None:
    rate = TenantRate(Limits("basic", concurrent_requests=2), 0.0)
    for _ in range(3):
        rate.take(0.0)
    rate.begin()
    rate.begin()
    for refused_by in (rate.begin, lambda: rate.take(0.0)):
        with pytest.raises(TooManyConcurrentRequests) as refused:
            refused_by()
        assert (refused.value.most, refused.value.used) == (2, 2)
    rate.end()
    rate.begin()


def test_requests_that_run_elsewhere_count_until_their_process_is_silent() -> None:
    here, there = (TenantRate(Limits("basic", concurrent_requests=2), 0.0) for _ in range(2))
    there.begin()
    there.begin()
    exchange([here, there], 0.5)
    with pytest.raises(TooManyConcurrentRequests):
        here.begin()
    dead = {"1": msgspec.structs.replace(there.own)}
    for number in range(10):
        here.exchange(dead, 1.0 + number / 2)
    here.begin()


CHANCE = random.Random(7)
Load = Callable[[int, float], int]
LOADS: dict[str, Load] = {
    "equal": lambda _process, _now: 50,
    "one": lambda process, _now: 50 if process == 0 else 0,
    "unequal": lambda process, _now: 40 if process == 0 else 4,
    "in turn": lambda process, now: 50 if int(now) % 4 == process else 0,
    "at random": lambda _process, _now: CHANCE.choice([0, 0, 3, 30]),
}


@pytest.mark.parametrize("load", LOADS)
@pytest.mark.parametrize("per_second", [1, 10, 100])
def test_four_processes_admit_the_rate_together(load: str, per_second: int) -> None:
    """Not more than rate and burst, and what each may admit before it knows of the others; not less."""
    limits = Limits("basic", requests_per_second=per_second, burst=2 * per_second)
    rates = [TenantRate(limits, 0.0) for _ in range(4)]
    total, seconds = 0, 60
    for tick in range(seconds * 10):
        now = tick / 10
        if tick % 5 == 0:
            exchange(rates, now)
        total += sum(admitted(rate, LOADS[load](number, now), now) for number, rate in enumerate(rates))
    most = per_second * seconds + 2 * per_second
    assert total <= most + 3 * 2 * per_second + 3
    if load != "at random":
        asked = sum(LOADS[load](number, tick / 10) for number in range(4) for tick in range(seconds * 10))
        assert total >= min(asked, per_second * seconds) * 0.95


def test_what_was_admitted_too_much_at_first_is_subtracted_afterwards() -> None:
    rates = [TenantRate(LIMITS, 0.0) for _ in range(4)]
    assert sum(admitted(rate, 100, 0.0) for rate in rates) == 80
    total = 80
    for tick in range(1, 21):
        exchange(rates, tick / 2)
        total += sum(admitted(rate, 100, tick / 2) for rate in rates)
    assert total <= 20 + 10 * 10 + 3


def test_a_process_that_begins_learns_from_the_others_what_is_left() -> None:
    old = [TenantRate(LIMITS, 0.0) for _ in range(2)]
    for tick in range(10):
        exchange(old, tick / 2)
        for rate in old:
            admitted(rate, 100, tick / 2)
    new = TenantRate(LIMITS, 5.0)
    everyone, total = [*old, new], 0
    for tick in range(10, 31):
        total += sum(admitted(rate, 100, tick / 2) for rate in everyone)
        exchange(everyone, tick / 2)
    assert total <= 10 * 10 + 20 + 3  # ten seconds, and a burst of the new one at first


def test_a_process_that_begins_does_not_say_that_nothing_is_left() -> None:
    here = TenantRate(LIMITS, 0.0)
    exchange([here], 0.5)
    both = [here, TenantRate(LIMITS, 0.9)]
    for tick in range(2, 6):
        exchange(both, tick / 2)
    assert sum(admitted(rate, 100, 2.6) for rate in both) >= 20


def test_what_a_process_ran_when_it_died_is_soon_forgotten_by_one_that_begins() -> None:
    limits = Limits("basic", concurrent_requests=1)
    dead, here = TenantRate(limits, 0.0), TenantRate(limits, 0.0)
    dead.begin()
    dead.own.beat = 9
    for number in range(3):
        here.exchange({"dead": msgspec.structs.replace(dead.own)}, number / 2)
    here.begin()


def test_what_ran_elsewhere_before_an_idle_time_refuses_nothing() -> None:
    here, there = (TenantRate(Limits("basic", concurrent_requests=1), 0.0) for _ in range(2))
    there.begin()
    exchange([here, there], 0.5)
    with pytest.raises(TooManyConcurrentRequests):
        here.take(0.6)
    here.take(60.0)
    here.begin()


def test_a_lower_plan_applies_at_once() -> None:
    rate = TenantRate(LIMITS, 0.0)
    rate.change(Limits("small", requests_per_second=1))
    assert admitted(rate, 100, 0.0) == 1
    rate.change(Limits("none"))
    assert admitted(rate, 100, 0.0) == 100
    assert rate.headers() == []


def test_counters_that_vanish_and_come_back_are_not_counted_twice() -> None:
    here, there = (TenantRate(LIMITS, 0.0) for _ in range(2))
    for tick in range(20):
        admitted(there, 5, tick / 2)
        exchange([here, there], tick / 2)
    here.exchange({}, 10.0)
    exchange([here, there], 20.0)
    assert admitted(here, 1, 20.0) == 1
