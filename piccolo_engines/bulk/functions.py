"""Functions for the rows of a table, generated for its columns.

One expression converts a whole row, so that no value costs a call that it does not need (ADR 101). The code
holds positions and expressions of this program only.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import CodeType, MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec

__all__ = ["Code", "as_lines", "row_function"]

_MOST: Final = 512


class Code(NamedTuple):
    """The code for one value. ``{v}`` stands for the value, which is not None, ``{0}`` for the object."""

    text: str
    object: Any = None


def row_function(
    codes: Sequence[Code | None], null: str, row: str, known: Mapping[str, object] = MappingProxyType({})
) -> Callable[[Sequence[Any]], list[Any]]:
    """Return a function from rows to a list with something for each.

    :param codes: of the values; None for one that the result does not have.
    :param null: the code for a missing value.
    :param row: the code of the result for a row, with ``{}`` for the codes of its values, which are separated
        by commas; ``v0``, ``v1`` … are the values of the row.
    :param known: objects that the code of the row uses.
    """
    parts = [
        f"{null} if v{place} is None else {one.text.format(f'f{place}', v=f'v{place}')}"
        for place, one in enumerate(codes)
        if one is not None
    ]
    compiled = _compiled(row.format(f"{', '.join(parts)},"), len(codes))
    objects = {**known, **{f"f{place}": one.object for place, one in enumerate(codes) if one is not None}}
    function: Callable[[Sequence[Any]], list[Any]] = eval(compiled, objects)  # noqa: S307 - of positions, see above
    return function


@lru_cache(_MOST)
def _compiled(row: str, width: int) -> CodeType:
    values = "".join([f"v{place}, " for place in range(width)])
    return compile(f"lambda rows: [{row} for ({values}) in rows]", "<bulk rows>", "eval")


_encoder: Final = msgspec.json.Encoder()


def as_lines(rows: list[Any]) -> list[bytes]:
    """Encode rows as JSON arrays, one a line."""
    return _encoder.encode_lines(rows)[:-1].split(b"\n") if rows else []
