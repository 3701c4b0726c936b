"""Request bodies: the limit, the type, and every fault at once."""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import BodyTooLarge, BodyTooSlow, ClientGone, InvalidBody, MalformedJson, UnsupportedMediaType
from api.requests.bodies import decode_json, decode_struct, explain, read_body, require_json
from api.schemas.bulk import BulkRequest


class Admin(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    email: str
    first_name: Annotated[str, msgspec.Meta(min_length=3)] | None = None


class Shape(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=5)]
    admin: Admin | None = None
    numbers: list[int] = []
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 1


class Receiver:
    """Plays a client that sends messages."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.messages: Iterator[dict[str, Any]] = iter(messages)

    async def __call__(self) -> Any:
        return next(self.messages)


def chunks(*bodies: bytes) -> Receiver:
    last = len(bodies) - 1
    return Receiver(
        *({"type": "http.request", "body": body, "more_body": n < last} for n, body in enumerate(bodies))
    )


async def test_a_body_in_pieces_is_one_body() -> None:
    assert await read_body(chunks(b"ab", b"", b"c"), limit=3, seconds=1) == b"abc"


async def test_a_body_past_the_limit_is_refused_before_its_end_is_read() -> None:
    receiver = chunks(b"ab", b"cd", b"never asked for")
    with pytest.raises(BodyTooLarge):
        await read_body(receiver, limit=3, seconds=1)
    assert len(list(receiver.messages)) == 1


async def test_a_client_that_hangs_up_is_noticed() -> None:
    half = {"type": "http.request", "body": b"half", "more_body": True}
    with pytest.raises(ClientGone):
        await read_body(Receiver(half, {"type": "http.disconnect"}), limit=9, seconds=1)


async def test_a_body_that_never_ends_is_given_up() -> None:
    async def drip() -> Any:
        return {"type": "http.request", "body": b"", "more_body": True}

    with pytest.raises(BodyTooSlow):
        await read_body(_slowly(drip), limit=9, seconds=0.01)


def _slowly(receive: Any) -> Any:
    import asyncio

    async def slow() -> Any:
        await asyncio.sleep(0.005)
        return await receive()

    return slow


@pytest.mark.parametrize(
    "text", ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"]
)
def test_json_is_taken_by_any_of_its_names(text: str) -> None:
    require_json(text)


@pytest.mark.parametrize(
    "text", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json"]
)
def test_other_types_are_refused(text: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        require_json(text)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b'"\xff"', b'{"a": NaN}', b"[" * 100_000, b"{} {}", b"'a'", b'"\\ud800"']
)
def test_what_is_no_json_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedJson):
        decode_json(body)
    with pytest.raises((MalformedJson, InvalidBody)):
        decode_struct(body, Shape)


def faults_of(value: object) -> list[tuple[str, str, str | None]]:
    with pytest.raises(InvalidBody) as caught:
        decode_struct(msgspec.json.encode(value), Shape)
    return [(problem.field, problem.code, problem.did_you_mean) for problem in caught.value.problems]


def test_every_fault_is_told_at_once_with_its_path() -> None:
    value = {
        "nmae": "x",
        "name": "",
        "admin": {"emial": 3, "firstName": "ab"},
        "numbers": [1, "two"],
        "port": 0,
    }
    assert faults_of(value) == [
        ("nmae", "unknown-field", "name"),
        ("name", "too-short", None),
        ("admin.emial", "unknown-field", "email"),
        ("admin.email", "required", None),
        ("admin.firstName", "too-short", None),
        ("numbers[1]", "wrong-type", None),
        ("port", "out-of-range", None),
    ]


@pytest.mark.parametrize("value", [[], "text", 3, None, True])
def test_a_body_that_is_no_object_says_so(value: object) -> None:
    assert faults_of(value) == [("", "wrong-type", None)]


def test_a_field_that_is_missing_or_null_or_too_long_has_its_own_code() -> None:
    assert faults_of({}) == [("name", "required", None)]
    assert faults_of({"name": None}) == [("name", "wrong-type", None)]
    assert faults_of({"name": "abcdef"}) == [("name", "too-long", None)]
    assert faults_of({"name": "a", "admin": []}) == [("admin", "wrong-type", None)]


def test_what_is_no_option_is_reported_with_the_options() -> None:
    with pytest.raises(InvalidBody) as caught:
        decode_struct(b'{"op": "Create", "records": [{}]}', BulkRequest)
    (problem,) = caught.value.problems
    assert (problem.field, problem.code, problem.did_you_mean) == ("op", "not-an-option", "create")
    assert problem.message == "Must be one of: create, update, delete, restore, destroy."


def test_messages_speak_of_json_and_not_of_python() -> None:
    assert explain("Expected `str | null`, got `int`") == ("wrong-type", "Must be text or null.")
    assert explain("Expected `int` >= 1") == ("out-of-range", "Must be >= 1.")
    assert explain("Something that a later msgspec says") == ("invalid", "Is not valid.")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["name", "admin", "email"]), inner)
    ),
    max_leaves=8,
)


@given(json_values)
def test_any_json_is_taken_or_has_at_least_one_fault(value: object) -> None:
    problems: tuple[object, ...] = ()
    taken: Shape | None = None
    try:
        taken = decode_struct(msgspec.json.encode(value), Shape)
    except InvalidBody as error:
        problems = error.problems
    assert bool(problems) == (taken is None)


@pytest.mark.parametrize(
    ("said", "code", "message"),
    [
        ("Expected `str` of length >= 1", "too-short", "Must not be empty."),
        ("Expected `str` of length >= 12", "too-short", "Must have 12 characters at least."),
        ("Expected `array` of length <= 50", "too-long", "Must have 50 elements at most."),
    ],
)
def test_lengths_are_told_in_words_that_fit(said: str, code: str, message: str) -> None:
    assert explain(said) == (code, message)
