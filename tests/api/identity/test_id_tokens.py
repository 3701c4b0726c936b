"""Id tokens of a provider: keys that are rotated, clocks that are wrong, and tokens of somebody else."""

import base64
import json
import time
from typing import Any

import jwt
import pytest

from tests.api.conftest import ON_SQLITE
from tests.api.identity.sso import Company, error_of
from tests.support.identity_provider import CLIENT, signing_key

pytestmark = ON_SQLITE


async def test_keys_may_be_rotated_at_any_time(company: Company) -> None:
    provider = company.provider
    assert (await company.sign_in()).headers["location"] == "/deals"
    provider.keys, provider.kid = {"two": signing_key(1)}, "two"
    assert (await company.sign_in()).headers["location"] == "/deals"
    provider.keys = {"two": signing_key(2)}  # another key with the same id
    assert (await company.sign_in()).headers["location"] == "/deals"
    assert provider.asked.count("/jwks") == 3


async def test_unknown_keys_do_not_cause_requests_without_end(company: Company) -> None:
    company.provider.sign = lambda claims: jwt.encode(
        claims, signing_key(3), "RS256", headers={"kid": "unknown"}
    )
    for _ in range(10):
        assert error_of(await company.sign_in()) == "token-invalid"
    assert company.provider.asked.count("/jwks") == 6


@pytest.mark.parametrize("seconds", [-50, 50])
async def test_a_clock_may_differ_by_a_minute(company: Company, seconds: int) -> None:
    company.provider.clock = seconds
    company.provider.token = {"exp": int(time.time()) - 50} if seconds < 0 else {}
    assert (await company.sign_in()).headers["location"] == "/deals"


def unsigned(claims: dict[str, Any], algorithm: str = "none") -> str:
    parts = ({"alg": algorithm, "kid": "one"}, claims)
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).decode().strip("=") for one in parts)
        + "."
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"clock": 120},
        {"clock": -300},
        {"token": {"iss": "https://login.example"}},
        {"token": {"aud": "other"}},
        {"token": {"aud": [CLIENT[0], "other"], "azp": "other"}},
        {"token": {"nonce": "another"}},
        {"token": {"nonce": None}},
        {"token": {"exp": None}},
        {"token": {"sub": None}},
        {"token": {"at_hash": "x"}},
        {"sign": unsigned},
        {"sign": lambda claims: unsigned(claims, "RS256")},
        {"sign": lambda claims: jwt.encode(claims, "s" * 64, "HS256", headers={"kid": "one"})},
        {"sign": lambda claims: jwt.encode(claims, signing_key(1), "RS256", headers={"kid": "one"})},
        {"sign": lambda _claims: "x"},
    ],
)
async def test_tokens_that_are_not_for_this_sign_in_are_refused(
    company: Company, changes: dict[str, Any]
) -> None:
    for name, value in changes.items():
        setattr(company.provider, name, value)
    browser = company.browser()
    assert error_of(await company.sign_in(browser)) == "token-invalid"
    assert (await browser.get("/api/v1/auth/me")).status_code == 401
