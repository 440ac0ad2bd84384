"""Logs as files below the home."""

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from mulgil.config import Home
from mulgil.logstores.line import LogLine, parse_line
from mulgil.logstores.masking import Masker

_CHUNK_BYTES = 1024 * 1024


def open_to_append(path: str) -> int:
    """Open a log for writing at its end, whoever else writes to it; its folders are made when they are missing."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, flags, 0o600)


def append_to_log(path: str, data: bytes) -> None:
    """Add `data` to a log, in one piece."""
    descriptor = open_to_append(path)
    try:
        os.write(descriptor, data)
    finally:
        os.close(descriptor)


class LogChunk(msgspec.Struct, frozen=True):
    """Some lines of a log, and where the next ones begin."""

    lines: tuple[LogLine, ...]
    next_offset: int


class FileLogStore:
    """Reads the logs of tries; several processes may write a log while it is read."""

    def __init__(self, home: Home) -> None:
        """Read below `home`."""
        self._home = home

    def tries(self, *, dag_id: str, run_id: str, task_id: str, map_index: int) -> tuple[int, ...]:
        """Return the numbers of the tries that have a log, in order."""
        first = self._path(dag_id, run_id, task_id, map_index, 0)
        found = (path.stem.removeprefix("try_") for path in first.parent.glob("try_*.log"))
        return tuple(sorted(int(number) for number in found if number.isdigit()))

    def read(
        self,
        *,
        dag_id: str,
        run_id: str,
        task_id: str,
        map_index: int,
        try_number: int,
        offset: int = 0,
        secrets: Iterable[str] = (),
        is_ended: bool = False,
    ) -> LogChunk:
        """Return the next whole lines from `offset` on, at most about a megabyte; none without a log.

        A last line without its end is left for the next call, unless the try `is_ended`: read until
        `next_offset` stays the same. `secrets` are masked here again, whoever wrote them.
        """
        path = self._path(dag_id, run_id, task_id, map_index, try_number)
        try:
            with path.open("rb") as file:
                file.seek(offset)
                data = file.read(_CHUNK_BYTES)
        except FileNotFoundError:
            return LogChunk((), offset)
        is_cut = len(data) == _CHUNK_BYTES and b"\n" not in data
        if not is_cut and not (is_ended and len(data) < _CHUNK_BYTES):
            data = data[: data.rfind(b"\n") + 1]
        masker = Masker(secrets)
        # Lines end at line feeds only: a progress bar's carriage returns stay one line.
        split = data.removesuffix(b"\n").split(b"\n") if data else ()
        lines = tuple(_masked(parse_line(line), masker) for line in split)
        return LogChunk(lines, offset + len(data))

    def _path(self, dag_id: str, run_id: str, task_id: str, map_index: int, try_number: int) -> Path:
        return self._home.task_log(
            dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index, try_number=try_number
        )


def _masked(line: LogLine, masker: Masker) -> LogLine:
    msg, trace, text = masker.mask(line.msg), masker.mask(line.trace), line.text
    if text is not None:
        fields = {name: masker.mask(value) if isinstance(value, str) else value for name, value in text.fields.items()}
        text = msgspec.structs.replace(text, fields=fields)
    if (msg, trace, text) == (line.msg, line.trace, line.text):
        return line
    return msgspec.structs.replace(line, msg=msg, trace=trace, text=text)
