"""What somebody with the key writes is an archive only if its lines are those of one."""

import msgspec
import pytest

from tenant_schema.archives.format import limits, parser
from tenant_schema.archives.format.errors import ArchiveDamaged
from tenant_schema.archives.format.lines import ContentsDigest, Trailer, encoded_line
from tenant_schema.archives.format.zstd import new_compressor
from tests.support.archiving import contents_of, header_of, items_of, sealed_text, text_of, written

TEXT = text_of(written())
LINES = TEXT.splitlines(keepends=True)


def refused(data: bytes, reason: str | None = None) -> None:
    with pytest.raises(ArchiveDamaged, match=reason):
        items_of(data)


def text_with(row: bytes) -> list[bytes]:
    """The lines of an archive with one table of one column and this row, with correct sums."""
    contents = ContentsDigest()
    table = contents.table(header_of("a", ["x"]))
    contents.add(row, 1)
    end = encoded_line(contents.end_table())
    return [LINES[0], table, row, end, encoded_line(contents.trailer())]


def decoded(lines: list[bytes]) -> object:
    return contents_of(items_of(sealed_text(*lines)))


def test_the_lines_are_whole_before() -> None:
    assert isinstance(items_of(sealed_text(*LINES))[-1], Trailer)
    assert [line[:8] for line in LINES[:3]] == [b'{"produc', b'{"table"', b'["a1","\xc3']


@pytest.mark.parametrize("number", range(len(LINES)))
def test_each_line_is_needed_once_and_in_its_place(number: int) -> None:
    before, line, after = LINES[:number], LINES[number], LINES[number + 1 :]
    refused(sealed_text(*before, *after))
    refused(sealed_text(*before, line, line, *after))
    refused(sealed_text(*before, b"\n", line, *after))
    refused(sealed_text(*before, b"[]\n", line, *after))
    refused(sealed_text(*before, b"{}\n", line, *after))
    refused(sealed_text(*before, b"true\n", line, *after))
    refused(sealed_text(*before, line[:-1], *after))
    refused(sealed_text(*before))
    if after and line != after[0]:
        refused(sealed_text(*before, after[0], line, *after[1:]))


def test_sums_and_digest_are_compared() -> None:
    for number, line in enumerate(LINES):
        for name in ("sha256", "digest"):
            if f'"{name}":"'.encode() in line:
                at = line.index(f'"{name}":"'.encode()) + len(name) + 5
                wrong = line[:at] + (b"0" if line[at : at + 1] != b"0" else b"1") + line[at + 1 :]
                refused(sealed_text(*LINES[:number], wrong, *LINES[number + 1 :]), "sum|digest")


def test_another_format_is_named() -> None:
    later = msgspec.json.encode(msgspec.json.decode(LINES[0]) | {"format": 2}) + b"\n"
    refused(sealed_text(later, *LINES[1:]), "format 2")


def test_what_follows_the_frame_is_refused() -> None:
    frame = new_compressor().compress(TEXT, 2)
    refused(sealed_text(compressed=frame + b"\0"), "follows")
    refused(sealed_text(compressed=frame + frame), "follows")
    refused(sealed_text(compressed=frame[:-1]), "too early")
    refused(sealed_text(compressed=b"\0" + frame), "decompressed")
    refused(sealed_text(compressed=TEXT), "decompressed")


def test_a_window_that_needs_much_memory_is_refused() -> None:
    header = bytes.fromhex("28b52ffd00") + bytes([(31 - 10) << 3])  # a frame with a window of 2 GiB
    refused(sealed_text(compressed=header + bytes.fromhex("010000")), "decompressed")


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "MAX_LINE", 1_000_000)
    bomb = b'["' + b"a" * 100_000_000
    refused(sealed_text(*LINES[:2], bomb), "too long")
    refused(sealed_text(*LINES[:2], b'["' + b"a" * 1_000_000 + b'"]\n'), "too long")


def test_an_archive_that_contains_more_than_the_reader_wants_is_refused() -> None:
    data = written({"a": (["x"], [["a" * 100] for _ in range(10_000)])})
    assert len(data) < 10_000
    with pytest.raises(ArchiveDamaged, match="more than 100000 bytes"):
        items_of(data, max_plaintext=100_000)
    assert items_of(data, max_plaintext=2_000_000)


def test_rows_are_json_of_bounded_depth() -> None:
    deep = b"[" + b"[" * 100_000 + b"]" * 100_000 + b"]\n"
    for row in (b"[1,\n", b"[1]]\n", b"[1],[2]\n", b'["\xff"]\n', deep):
        text = text_with(row)
        with pytest.raises(ArchiveDamaged):
            decoded(text)


def test_tables_and_columns_have_bounds() -> None:
    wide = b",".join(b'{"name":"c%d","kind":"text"}' % index for index in range(limits.MAX_COLUMNS + 1))
    refused(sealed_text(LINES[0], b'{"table":"a","columns":[' + wide + b"]}\n"), "columns")
    refused(sealed_text(LINES[0], b'{"table":"' + b"a" * 256 + b'","columns":[]}\n'), "characters")
    twice = b'{"name":"c","kind":"text"},{"name":"c","kind":"text"}'
    refused(sealed_text(LINES[0], b'{"table":"a","columns":[' + twice + b"]}\n"), "once")
