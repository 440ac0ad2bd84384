from datetime import UTC, datetime
from pathlib import Path

import pytest

from mulgil.config import Home
from mulgil.i18n import Text
from mulgil.logstores import FileLogStore, LogChunk, LogLine, encode_line

WHERE = {"dag_id": "d", "run_id": "r", "task_id": "t", "map_index": -1}
AT = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, tmp_path)


def _write(home: Home, data: bytes, *, try_number: int = 1) -> None:
    path = home.task_log(**WHERE, try_number=try_number)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(data)


def _read(home: Home, *, offset: int = 0, is_ended: bool = False, secrets: tuple[str, ...] = ()) -> LogChunk:
    return FileLogStore(home).read(**WHERE, try_number=1, offset=offset, is_ended=is_ended, secrets=secrets)


def test_no_log_yet(home: Home) -> None:
    assert _read(home) == LogChunk((), 0)
    assert FileLogStore(home).tries(**WHERE) == ()


def test_both_kinds_of_lines(home: Home) -> None:
    ours = LogLine(at=AT, level="info", logger="x", msg="m")
    _write(home, encode_line(ours) + b"raw \xff\r\n\n")
    chunk = _read(home)
    assert chunk.lines == (ours, LogLine(msg="raw \ufffd"), LogLine(msg=""))


def test_reading_on_from_where_the_last_read_ended(home: Home) -> None:
    _write(home, b"one\ntw")
    first = _read(home)
    assert [line.msg for line in first.lines] == ["one"]
    _write(home, b"o\n")
    assert [line.msg for line in _read(home, offset=first.next_offset).lines] == ["two"]


def test_a_last_line_without_an_end(home: Home) -> None:
    _write(home, b"one\ntwo")
    chunk = _read(home, is_ended=True)
    assert [line.msg for line in chunk.lines] == ["one", "two"]
    assert _read(home, offset=chunk.next_offset, is_ended=True).lines == ()


def test_a_log_of_many_megabytes_and_a_line_longer_than_a_read(home: Home) -> None:
    _write(home, b"first\n" + b"x" * 2_500_000 + b"\n" + b"last\n" * 300_000)
    offset, seen = 0, ""
    while (chunk := _read(home, offset=offset)).lines:
        assert chunk.next_offset > offset
        offset = chunk.next_offset
        seen += "".join(line.msg for line in chunk.lines)
    assert seen == "first" + "x" * 2_500_000 + "last" * 300_000


def test_lines_end_at_line_feeds_only(home: Home) -> None:
    _write(home, "a\x0bb\u2028c\n10%\r50%\rdone\n".encode())
    assert [line.msg for line in _read(home).lines] == ["a\x0bb\u2028c", "10%\r50%\rdone"]


def test_secrets_are_masked_again(home: Home) -> None:
    _write(home, b"raw hush\n" + encode_line(LogLine(at=AT, msg="our hush", trace="hush")))
    raw, ours = _read(home, secrets=("hush",)).lines
    assert (raw.msg, ours.msg, ours.trace) == ("raw ***", "our ***", "***")
    _write(home, encode_line(LogLine(at=AT, text=Text("x.y", {"why": "a hush", "count": 1}))))
    assert _read(home, secrets=("hush",)).lines[-1].text == Text("x.y", {"why": "a ***", "count": 1})


def test_tries(home: Home) -> None:
    _write(home, b"", try_number=10)
    _write(home, b"", try_number=2)
    assert FileLogStore(home).tries(**WHERE) == (2, 10)
