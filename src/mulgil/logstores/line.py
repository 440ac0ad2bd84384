"""The lines of a try's log: structured ones that we write, and raw ones from everything else.

A structured line is one JSON object:

    {"at": "2026-01-05T06:00:00.123456Z", "level": "info", "logger": "mulgil.worker", "msg": "…"}

with `trace` (a traceback) and `text` (code and fields of what we say ourselves) where there are any, and
`format` in the first line of a process. What tasks print, and what C libraries and subprocesses write,
stands between them as it came.
"""

from datetime import datetime

import msgspec

from mulgil.i18n import Text

LOG_FORMAT = 1


class LogLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line; a raw one has nothing but `msg`."""

    at: datetime | None = None
    level: str = ""
    logger: str = ""
    msg: str = ""
    trace: str = ""
    text: Text | None = None
    format: int = 0

    @property
    def is_raw(self) -> bool:
        """Whether somebody else wrote it."""
        return self.at is None


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(LogLine)


def encode_line(line: LogLine) -> bytes:
    """Return a structured line with its line feed; what is no Unicode in it is written as escapes."""
    try:
        return _ENCODER.encode(line) + b"\n"
    except UnicodeEncodeError:
        # A file name of other bytes, for example. `msg` has the words; `text` is only for rendering them anew.
        msg, trace, logger = map(_escaped, (line.msg, line.trace, line.logger))
        return _ENCODER.encode(msgspec.structs.replace(line, msg=msg, trace=trace, logger=logger, text=None)) + b"\n"


def _escaped(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def parse_line(data: bytes) -> LogLine:
    """Return what a line says; what isn't one of ours is a raw line, JSON or not."""
    if data.startswith(b"{"):
        try:
            line = _DECODER.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            pass
        else:
            if line.at is not None:
                return line
    return LogLine(msg=data.decode("utf-8", "replace").rstrip("\r\n"))
