"""The arithmetic of waiting: some attempts are free, then each costs twice the wait, up to a longest one."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tenant_schema.users.sign_in.back_off import (
    ACCOUNT,
    ADDRESS,
    Attempts,
    BackOff,
    after_attempt,
    seconds_to_wait,
)

START = datetime(2026, 3, 1, tzinfo=UTC)
RULE = BackOff(3, timedelta(seconds=10), timedelta(seconds=60), timedelta(hours=1))


def waits(rule: BackOff, attempts: int) -> list[int]:
    """How long each attempt shuts the door, when every one comes as soon as it is let in."""
    state, now, result = Attempts(0, START), START, []
    for _ in range(attempts):
        state = after_attempt(state, now, rule)
        result.append(seconds_to_wait(state, now))
        now += timedelta(seconds=result[-1])
    return result


def test_the_wait_doubles_from_the_last_free_attempt_on_up_to_the_longest() -> None:
    assert waits(RULE, 8) == [0, 0, 10, 20, 40, 60, 60, 60]


def test_an_account_has_five_free_attempts_and_then_waits_half_a_minute() -> None:
    assert waits(ACCOUNT, 7) == [0, 0, 0, 0, 30, 60, 120]


def test_after_a_quiet_window_all_is_forgotten() -> None:
    state = after_attempt(Attempts(20, START), START + RULE.window, RULE)

    assert state == Attempts(1, START + RULE.window)


def test_a_second_is_rounded_up_so_that_nobody_comes_back_too_early() -> None:
    state = Attempts(3, START, START + timedelta(seconds=9, microseconds=1))

    assert seconds_to_wait(state, START) == 10
    assert seconds_to_wait(state, START + timedelta(seconds=9)) == 1
    assert seconds_to_wait(state, START + timedelta(seconds=10)) == 0


def test_a_counter_of_any_size_still_waits_the_longest_time() -> None:
    state = after_attempt(Attempts(10**9, START), START, RULE)

    assert seconds_to_wait(state, START) == 60


@given(st.lists(st.integers(0, 7_200), max_size=300), st.sampled_from([RULE, ACCOUNT, ADDRESS]))
def test_no_timing_gets_more_tries_out_of_a_day_than_the_rule_gives(pauses: list[int], rule: BackOff) -> None:
    state, now, let_in = Attempts(0, START), START, []
    for pause in pauses:
        now += timedelta(seconds=pause)
        if not seconds_to_wait(state, now):
            state = after_attempt(state, now, rule)
            let_in.append(now)
    for end in let_in:
        hour = [moment for moment in let_in if end - timedelta(hours=1) < moment <= end]
        assert len(hour) <= 2 * rule.free + timedelta(hours=1) / rule.longest + 10
