from datetime import UTC, datetime

import pytest

from mulgil.i18n import Text
from mulgil.logstores import LogLine, encode_line, parse_line

LINE = LogLine(
    at=datetime(2026, 1, 5, 6, 0, 0, 123456, tzinfo=UTC),
    level="error",
    logger="mulgil.worker",
    msg="물이\nflows",
    trace="Traceback …",
    text=Text("worker.exited", {"status": 3}),
    format=1,
)


def test_a_structured_line_is_one_line_and_comes_back() -> None:
    data = encode_line(LINE)
    assert data.endswith(b"\n")
    assert data.count(b"\n") == 1
    assert parse_line(data) == LINE


def test_the_form_that_is_kept() -> None:
    assert encode_line(LogLine(at=LINE.at, level="info", logger="x", msg="m")) == (
        b'{"at":"2026-01-05T06:00:00.123456Z","level":"info","logger":"x","msg":"m"}\n'
    )


@pytest.mark.parametrize(
    "data",
    [b"plain", b"", b'{"at": "yesterday", "msg": "x"}', b'{"rows": 3}', b"{", b'{"at": 1}', b"\xff\xfe", b"[1]"],
)
def test_everything_else_is_raw(data: bytes) -> None:
    line = parse_line(data)
    assert line.is_raw
    assert line.msg == data.decode("utf-8", "replace")


def test_a_later_version_may_add_fields() -> None:
    line = parse_line(b'{"at":"2026-01-05T06:00:00Z","level":"info","logger":"x","msg":"m","more":1}')
    assert not line.is_raw
    assert line.msg == "m"
