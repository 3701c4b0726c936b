"""Log lines are written together, whole, and never wait for a reader."""

import asyncio
import io
import json
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest
import structlog

from api.middleware.request_context import CURRENT, RequestContext
from api.server.log_lines import DELAY, MOST_KEPT, PORTION, DescriptorSink, LineBuffer
from api.server.logs import configure_logs, delayed_logs, request_log
from tests.support.waiting import until

TENANT = UUID("0190a5f4-0000-7000-8000-000000000001")


class CountingSink:
    """Notes every write."""

    delay = DELAY

    def __init__(self) -> None:
        self.writes: list[bytes] = []

    def room(self, size: int) -> int:
        return size

    def write(self, data: bytes) -> int:
        self.writes.append(data)
        return len(data)


@contextmanager
def configured(level: str, stream: io.TextIOBase, form: str = "json") -> Iterator[None]:
    root = logging.getLogger()
    handlers, before = root.handlers[:], root.level
    configure_logs(level, form, stream)  # type: ignore[arg-type]
    try:
        yield
    finally:
        structlog.reset_defaults()
        root.handlers[:], root.level = handlers, before


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    for descriptor in (reader, writer):
        try:
            os.close(descriptor)
        except OSError:
            continue


def line(number: int, size: int = 100) -> bytes:
    return json.dumps({"number": number, "filler": ""}).encode().ljust(size - 1).replace(b"\n", b"") + b"\n"


@pytest.mark.parametrize(
    "context",
    [
        RequestContext("id", "GET", "/health", status=200),
        RequestContext("a/b+c=", "POST", '/x%0a"\\\\xe9', "acme", TENANT, TENANT, 503),
        RequestContext("id", "DELETE", "/setup", caller='an "operator" é', status=204),
    ],
)
def test_a_request_s_line_is_what_structlog_s_processors_give(context: RequestContext) -> None:
    direct, chain = io.StringIO(), io.StringIO()
    with configured("info", direct):
        request_log()(context, 0.0123456)
    previous = CURRENT.set(context)
    with configured("info", chain):
        structlog.get_logger().info(
            "request",
            method=context.method,
            path=context.path,
            status=context.status,
            duration_ms=12.35,
            caller=context.caller,
        )
    CURRENT.reset(previous)
    moment = re.compile(r'"timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z"')
    texts = [moment.subn("", stream.getvalue()) for stream in (direct, chain)]
    assert texts[0] == texts[1]
    assert texts[0][1] == 1


@pytest.mark.parametrize("microsecond", [0, 1, 120_000])
def test_moments_have_the_form_of_structlog_s(microsecond: int) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, microsecond, UTC)
    assert msgspec.json.encode(moment).decode() == f'"{moment.isoformat().replace("+00:00", "Z")}"'


def test_above_info_requests_are_not_logged() -> None:
    stream = io.StringIO()
    with configured("warning", stream):
        request_log()(RequestContext("id", "GET", "/", status=200), 0.1)
    assert not stream.getvalue()


def test_a_terminal_s_form_is_structlog_s() -> None:
    stream = io.StringIO()
    with configured("info", stream, "console"):
        request_log()(RequestContext("id", "GET", "/there", status=200), 0.1)
    assert "path=/there" in re.sub(r"\x1b\[\d*m", "", stream.getvalue())


async def test_lines_are_written_together_and_whole() -> None:
    sink = CountingSink()
    buffer = LineBuffer(sink)
    lines = [line(number) for number in range(100)]
    with buffer.delaying():
        for one in lines:
            buffer.write(one)
        assert [len(write) for write in sink.writes] == [4000, 4000]
        await until(lambda: len(sink.writes) == 3)
        buffer.write(line(100))
        assert len(sink.writes) == 3
        buffer.write(b"worse\n", at_once=True)
        assert sink.writes[3] == line(100) + b"worse\n"
        buffer.write(line(101))
    assert b"".join(sink.writes) == b"".join([*lines, line(100), b"worse\n", line(101)])
    assert all(write.endswith(b"\n") and len(write) <= PORTION for write in sink.writes)


async def test_outside_of_an_event_loop_and_of_serving_nothing_waits() -> None:
    sink = CountingSink()
    buffer = LineBuffer(sink)
    buffer.write(b"starting\n")
    with buffer.delaying():
        await asyncio.to_thread(buffer.write, b"thread\n")
    assert sink.writes == [b"starting\n", b"thread\n"]


async def test_what_is_worse_than_info_is_written_with_all_before_it(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    with os.fdopen(os.dup(writer), "w") as stream, configured("info", stream), delayed_logs():
        request_log()(RequestContext("first", "GET", "/", status=200), 0.1)
        logging.getLogger("some.library").info("second")
        logging.getLogger("some.library").warning("third")
        found = [json.loads(one) for one in os.read(reader, PORTION).splitlines()]
    assert [(one["event"], one["level"]) for one in found] == [
        ("request", "info"),
        ("second", "info"),
        ("third", "warning"),
    ]


def test_a_reader_that_has_stopped_costs_lines_and_no_time(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    buffer = LineBuffer(DescriptorSink(writer))
    count = 3 * MOST_KEPT // 100
    for number in range(count):
        buffer.write(line(number))
    buffer.write(line(count, 3 * PORTION))
    os.set_blocking(reader, False)
    found = b""
    while True:
        try:
            found += os.read(reader, 2 * MOST_KEPT)
        except BlockingIOError:
            buffer.flush()
            try:
                found += os.read(reader, 2 * MOST_KEPT)
            except BlockingIOError:
                break
    *kept, report = [json.loads(one) for one in found.splitlines()]
    assert [one["number"] for one in kept] == list(range(len(kept)))
    assert MOST_KEPT - PORTION < 100 * len(kept) < MOST_KEPT + 65_536 + PORTION
    assert (report["event"], report["level"]) == ("log lines dropped", "warning")
    assert report["lines"] == count + 1 - len(kept)


def test_a_long_line_is_one_write_into_an_empty_pipe_and_waits_in_no_other(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    buffer = LineBuffer(DescriptorSink(writer))
    long = line(1, 20_000)
    buffer.write(long)
    assert os.read(reader, 65_536) == long
    for _ in range(5):
        buffer.write(long)
    found = b""
    while len(found) < 5 * len(long):
        found += os.read(reader, 65_536)
        buffer.flush()
    assert found == 5 * long


def test_nobody_reads_any_more(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    buffer = LineBuffer(DescriptorSink(writer))
    os.close(reader)
    for number in range(10):
        buffer.write(line(number), at_once=True)
    assert buffer.dropped == 10
