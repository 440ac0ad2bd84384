"""A file that holds one JSON list of objects, cut between objects.

The list is read in blocks. Of the places in a block where one object may end and the next begin
(`} , {`), one at which the text so far is a whole list of values is a true one: inside of an object or a
string it never is, because what is open there would stay open. The last few such places are tried;
where objects hold long lists of objects, they are all inside of one, and the brackets are counted.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mulgil.data.errors import SourceShapeError
from mulgil.data.json_rows import Record, kind_of, shown

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK_BYTES = 4 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_BORDER = re.compile(rb"\}\s*(,)\s*\{")
_TRIED = 3
# Where the last few places lie, if objects are not very large.
_TAIL_BYTES = 64 * 1024
# A string, which may be cut off at the end, or a bracket.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}\[\]]', re.DOTALL)
_COMMA = re.compile(rb"\s*(,)")


def json_list(file: Path, stream: "pa.NativeFile", *, path: str | None) -> Iterator[list[Record]]:
    """Yield the objects of the list that a file is, or that stands at `path` in it.

    Raises:
        SourceShapeError: There is no list there, or it isn't JSON.
    """
    if path is not None:
        yield _values(file, _at(file, stream.read().removeprefix(_BOM), path), done=0)
        return
    rest = stream.read(_BLOCK_BYTES).removeprefix(_BOM).lstrip()
    if not rest.startswith(b"["):
        raise _no_list(file, rest)
    done = 0
    # Twice as much each time where one object is larger than a block, so that nothing is looked at too often.
    while chunk := stream.read(max(_BLOCK_BYTES, len(rest))):
        rest += chunk
        values, cut = _cut(file, rest, done=done)
        if values:
            yield values
            done += len(values)
            rest = b"[" + rest[cut + 1 :]
    yield _values(file, rest, done=done)


def _cut(file: Path, text: bytes, *, done: int) -> tuple[list[Record], int]:
    """Return whole objects from the start of a list, and the place of the comma behind them; none if there is none."""
    tail = max(0, len(text) - _TAIL_BYTES)
    places = [found.start(1) for found in _BORDER.finditer(text, tail)]
    for place in places[: -_TRIED - 1 : -1]:
        values = _whole(text[:place] + b"]")
        if values is not None:
            return values, place
    border = _counted_border(text)
    return ([], 0) if border is None else (_values(file, text[:border] + b"]", done=done), border)


def _counted_border(text: bytes) -> int | None:
    """Return the place of the last comma between objects of the list that `text` begins, by counting brackets."""
    depth, ends = 0, [0, 0]
    for token in _TOKEN.finditer(text):
        kind = text[token.start()]
        if kind in b"{[":
            depth += 1
        elif kind in b"}]":
            depth -= 1
            if depth == 1:
                ends = [ends[1], token.end()]
    for end in reversed(ends):
        comma = _COMMA.match(text, end) if end else None
        if comma is not None:
            return comma.start(1)
    return None


def _whole(text: bytes) -> list[Record] | None:
    try:
        return _decoded(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _decoded(text: bytes) -> list[Record]:
    return list(msgspec.json.decode(text, type=list[msgspec.Raw]))


def _values(file: Path, text: bytes, *, done: int) -> list[Record]:
    if kind_of(text) != "a list":
        raise _no_list(file, text)
    try:
        return _decoded(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SourceShapeError("files.json_broken", file=str(file), record=done + 1, detail=str(error)) from error


def _at(file: Path, text: bytes, path: str) -> bytes:
    for name in path.split("."):
        try:
            fields = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise SourceShapeError("files.json_no_path", file=str(file), path=path, found=str(error)) from error
        if name not in fields:
            found = ", ".join(map(repr, fields))
            raise SourceShapeError("files.json_no_path", file=str(file), path=path, found=found)
        text = bytes(fields[name])
    return text


def _no_list(file: Path, text: bytes) -> SourceShapeError:
    return SourceShapeError("files.json_no_list", file=str(file), found=f"{kind_of(text)}: {shown(text[:80])}")
