"""Endpoint scenarios as data: one request, and what each caller gets and must not see."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.api.conftest import OPERATOR_TOKEN, World

__all__ = ["CALLERS", "Callers", "Scenario", "assert_problem", "caller", "check", "table"]

CALLERS = ("guest", "viewer", "member", "manager", "administrator", "neighbour", "operator")
"""Nobody, acme's people by role, demo's administrator, and an operator: each with a token of theirs."""
Callers = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """``statuses`` by caller; ``"*"`` is everybody else. Braces in the path are filled in by the test."""

    name: str
    method: str
    path: str
    statuses: Mapping[str, int]
    host: str = "acme.localhost"
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    shows: tuple[str, ...] = ()
    """What is in every answer that is no error."""
    hides: tuple[str, ...] = ()
    """What is in no answer at all."""

    def status_for(self, who: str) -> int:
        return self.statuses.get(who, self.statuses.get("*", 401))


def table(*scenarios: Scenario, apart: bool = False) -> pytest.MarkDecorator:
    """Every scenario as every caller.

    Callers whose requests change nothing share one run of the test: all that are refused, and all that may
    read. Whoever may write has a run alone.

    :param apart: whoever may read has a run alone, too.
    """
    return pytest.mark.parametrize(("scenario", "callers"), list(_cases(scenarios, apart)))


def _cases(scenarios: tuple[Scenario, ...], apart: bool) -> Iterator[Any]:
    for scenario in scenarios:
        refused = tuple(who for who in CALLERS if scenario.status_for(who) >= 400)
        admitted = tuple(who for who in CALLERS if who not in refused)
        reading = scenario.method == "GET" and not apart
        for callers in (refused, *([admitted] if reading else [(who,) for who in admitted])):
            if callers:
                yield pytest.param(scenario, callers, id=f"{scenario.name} as {'+'.join(callers)}")


async def caller(world: World, who: str, host: str) -> httpx.AsyncClient:
    """A client of this host with the token of this caller."""
    if who == "guest":
        return world.client(host)
    if who == "operator":
        return world.client(host, OPERATOR_TOKEN)
    if who == "neighbour":
        return world.client(host, await world.sign_in("administrator", "demo"))
    return world.client(host, await world.sign_in(who, "acme"))


async def check(world: World, scenario: Scenario, callers: Callers, **names: str) -> None:
    """Plays the scenario as each of these callers in turn."""
    for who in callers:
        client = await caller(world, who, scenario.host)
        answer = await client.request(
            scenario.method,
            scenario.path.format(**names),
            json=scenario.body,
            headers=dict(scenario.headers),
        )
        assert answer.status_code == scenario.status_for(who), f"as {who}: {answer.text}"
        if answer.status_code >= 400:
            assert_problem(answer)
        else:
            assert all(text in answer.text for text in scenario.shows), f"as {who}: {answer.text}"
        hidden = (*scenario.hides, "argon2", "sqlite3", "Traceback")
        assert not [text for text in hidden if text in answer.text], f"as {who}"


def assert_problem(answer: httpx.Response, code: str | None = None) -> dict[str, Any]:
    """The answer is an RFC 9457 problem with all that the contract promises; gives it."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert set(problem) >= {"type", "title", "status", "detail", "code", "requestId", "errors"}
    assert problem["type"] == f"/problems/{problem['code']}"
    assert problem["status"] == answer.status_code
    assert problem["requestId"] == answer.headers["x-request-id"]
    assert all(set(one) >= {"field", "code", "message"} for one in problem["errors"])
    if answer.status_code in (429, 503):
        assert int(answer.headers["retry-after"]) > 0
    if answer.status_code == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer")
    if code is not None:
        assert problem["code"] == code, problem
    return problem
