"""What is kept holds no secrets."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.secrets.redaction import is_secret_name, without_secrets


@pytest.mark.parametrize(
    "name",
    [
        *("password", "dbPassword", "db_root_password", "PASSWORD", "token", "accessToken", "client-secret"),
        *("apiKey", "Authorization", "credentials"),
    ],
)
def test_these_names_are_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["name", "dbUsername", "tenantId", "passwordChangedAt", "tokenType", "key", ""]
)
def test_these_names_are_not(name: str) -> None:
    assert not is_secret_name(name)


def test_a_secret_is_replaced_at_any_depth_and_the_rest_stays() -> None:
    answer = {
        "dbPassword": "a",
        "admin": {"email": "e", "password": "b"},
        "list": [{"token": ["c"]}, 1, "x", None],
    }
    assert without_secrets(answer) == {
        "dbPassword": None,
        "admin": {"email": "e", "password": None},
        "list": [{"token": None}, 1, "x", None],
    }
    assert answer["dbPassword"] == "a"


JSON = st.recursive(
    st.none() | st.integers() | st.just("plain"),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["name", "password", "x"]), inner),
)


@given(JSON)
def test_nothing_under_a_secret_name_is_left(value: object) -> None:
    hidden = json.loads(
        json.dumps(value),
        object_hook=lambda held: held | ({"password": "HUSH"} if "password" in held else {}),
    )
    assert "HUSH" not in json.dumps(without_secrets(hidden))
