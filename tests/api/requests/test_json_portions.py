"""Large JSON documents are decoded in portions: the same values, the same refusals, no long piece of work."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import MalformedJson, TooManyValues
from api.requests.bodies import decode_json
from api.requests.json_portions import decode_in_portions, malformed
from tests.support.busy import busy

TEXTS = st.text() | st.sampled_from(['a,"b', "]}", "\\", "\n", '{"x":[1]}'])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(TEXTS, inner, max_size=6),
    max_leaves=40,
)
EDITS = st.sampled_from([b"", b",", b"]", b"}", b'"', b"x", b"\xff", b" ", b"1", b":", b"[", b"\\"])


def whole(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return MalformedJson


async def in_portions(body: bytes) -> Any:
    try:
        return await decode_in_portions(body)
    except MalformedJson:
        return MalformedJson


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
async def test_a_document_is_decoded_to_the_same_value(
    value: object, ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    body = text.encode(errors="replace")
    assert await in_portions(body) == whole(body)


@given(VALUES, st.data())
async def test_a_broken_document_is_refused_when_msgspec_refuses_it(
    value: object, data: st.DataObject
) -> None:
    body = json.dumps(value).encode()
    at = data.draw(st.integers(0, len(body)))
    body = body[:at] + data.draw(EDITS) + body[at + data.draw(st.integers(0, 1)) :]
    assert await in_portions(body) == whole(body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b",".join([b"[]"] * 90_000) + b"]",
        b"[" + b",".join([b'{"a": 1}'] * 80_000) + b"]",
        b"[" + b",".join([b"[[1],[2]]"] * 15_000) + b"]",
        b'{"a": [' + b"0," * 450_000 + b"0]}",
        json.dumps({f"k{at}": at for at in range(300_000)}).encode(),
        json.dumps(
            {"records": [{f"f{number}": "x" * 20 for number in range(125)} for _ in range(1_000)]}
        ).encode(),
        json.dumps("a,b " * 1_000_000).encode(),
        b'"' + b"\\u00e9" * 600_000 + b'"',
        b"[" * 400 + b"1" + b"]" * 400,
    ],
    ids=["lists", "objects", "nested", "numbers", "names", "records", "text", "escapes", "deep"],
)
async def test_a_large_document_is_decoded_in_short_pieces(body: bytes) -> None:
    async with busy() as found:
        value = await decode_in_portions(body)
    assert found.longest < 0.05, found
    assert value == msgspec.json.decode(body)


@pytest.mark.parametrize("unit", [b"[]", b"{}", b"0", b'""', b"[[[[]]]]", b'{"a":[]}'])
async def test_more_values_than_anybody_needs_are_refused_in_short_pieces(unit: bytes) -> None:
    body = b"[" + b",".join([unit] * 1_200_000) + b"]"
    async with busy() as found:
        with pytest.raises(TooManyValues):
            await decode_in_portions(body)
    assert found.longest < 0.05, found


async def test_a_document_that_is_nested_without_end_is_refused() -> None:
    with pytest.raises(MalformedJson, match="nested"):
        await decode_in_portions(b"[" * 1_000_000)
    with pytest.raises(MalformedJson, match="nested"):
        decode_json(b"[" * 60_000)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"name": "x",\n "age" 3}', "expected ':' at line 2, column 8"),
        (b'{"a": 1,}', "trailing comma in object at line 1, column 9"),
        (b'{"a": oops}', "invalid character at line 1, column 7"),
        (b'{"a": [1, 2', "it ends too early at line 1, column 12"),
        (b'{"a": "\xff"}', "bytes that are not UTF-8 at line 1, column 8"),
        (b"", "it ends too early at line 1, column 1"),
        (b"[1] x", "trailing characters at line 1, column 6"),
        (b"1e999", "a number is out of range"),
    ],
)
def test_malformed_json_is_reported_with_its_position(body: bytes, reason: str) -> None:
    with pytest.raises(MalformedJson) as refused:
        decode_json(body)
    assert reason in str(refused.value)


async def test_malformed_json_in_a_large_document_is_reported_with_its_position() -> None:
    body = b'{"a": [\n' + b"0,\n" * 100_000 + b"oops]}"
    with pytest.raises(MalformedJson, match="at line 100002, column 1"):
        await decode_in_portions(body)


def test_a_place_in_a_part_of_a_document_is_one_in_the_whole() -> None:
    error = msgspec.DecodeError("JSON is malformed: invalid character (byte 3)")
    assert "line 2, column 3" in str(malformed(b"ab\ncdefg", error, shift=2))
