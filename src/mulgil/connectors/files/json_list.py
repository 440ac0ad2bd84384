"""A file that holds one JSON list of objects, cut between objects without parsing them twice.

The list is read in blocks. Of the places in a block where one object may end and the next begin
(`} , {`), the last one at which the text so far is a whole list of values is a true one: inside of an
object or a string it never is, because what is open there would stay open.
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
    while chunk := stream.read(_BLOCK_BYTES):
        rest += chunk
        for cut in reversed([found.start(1) for found in _BORDER.finditer(rest)]):
            values = _whole(rest[:cut] + b"]")
            if values is not None:
                yield values
                done += len(values)
                rest = b"[" + rest[cut + 1 :]
                break
    yield _values(file, rest, done=done)


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
