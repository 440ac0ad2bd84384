"""Opening files, compressed or not, as streams of bytes; and finding the byte that is no text."""

import codecs
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING

from mulgil.data.errors import DeclarationError, SourceError, SourceShapeError

if TYPE_CHECKING:
    import pyarrow as pa

# What Arrow unpacks, by the ending of a file's name. Endings that Python unpacks stand below.
_CODECS = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".zstd": "zstd", ".lz4": "lz4"}
_LZMA = (".xz", ".lzma")
# How files begin whose writer says the encoding; the longer ones first.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CHUNK_BYTES = 1024 * 1024


def open_bytes(file: Path, opened: ExitStack) -> "pa.NativeFile":
    """Return the bytes of a file in a stream, unpacked as the ending of its name says; `opened` closes it.

    Raises:
        OSError: It can't be opened or (from reading) is no whole file of its kind.
    """
    import pyarrow as pa

    suffix = file.suffix.lower()
    if suffix in _LZMA:
        return opened.enter_context(pa.PythonFile(opened.enter_context(_Lzma(file)), mode="r"))
    plain = opened.enter_context(pa.OSFile(str(file), "rb"))
    if suffix not in _CODECS:
        return plain
    return opened.enter_context(pa.CompressedInputStream(plain, _CODECS[suffix]))


class _Lzma:
    """A file packed by xz, whose errors are those of files."""

    def __init__(self, file: Path) -> None:
        import lzma

        self._opened: IO[bytes] = lzma.open(file, "rb")  # noqa: SIM115 - closed by `close`
        self._broken = (EOFError, lzma.LZMAError)

    def read(self, size: int = -1) -> bytes:
        """Unpack some bytes."""
        try:
            return self._opened.read(size)
        except self._broken as error:
            raise OSError(str(error)) from error

    def tell(self) -> int:
        """Return how many bytes were unpacked."""
        return self._opened.tell()

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self._opened.closed

    def close(self) -> None:
        """Close the file."""
        self._opened.close()

    def __enter__(self) -> "_Lzma":
        """Use it."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it."""
        self.close()


def wide_encoding(file: Path) -> tuple[str, bytes] | None:
    """Return the encoding of more than a byte a letter that a file begins like, and its first bytes."""
    with ExitStack() as opened:
        head: bytes = open_bytes(file, opened).read(4)
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding, head
    if len(head) == 4 and head.count(0) == 2 and head[1] == head[3]:
        return "utf-16-le", head
    if len(head) == 4 and head.count(0) == 2 and head[0] == head[2]:
        return "utf-16-be", head
    return None


def not_text(file: Path, encoding: str) -> SourceError | None:
    """Return the error that names the first byte of a file that is no text in `encoding`, or None."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done, lines = 0, 0
    with ExitStack() as opened:
        stream = open_bytes(file, opened)
        while True:
            chunk = stream.read(_CHUNK_BYTES)
            waiting = len(decoder.getstate()[0])
            try:
                lines += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                whole = error.object
                before = whole[: error.start].decode(encoding, "replace")
                return SourceShapeError(
                    "files.not_text",
                    file=str(file),
                    line=lines + before.count("\n") + 1,
                    byte=done - waiting + error.start + 1,
                    bytes=whole[error.start : error.start + 4].hex(" "),
                    encoding=encoding,
                )
            if not chunk:
                return None
            done += len(chunk)


def require_encoding(name: str) -> str:
    """Return the one name of an encoding of text.

    Raises:
        DeclarationError: There is none of this name.
    """
    try:
        found = codecs.lookup(name)
    except LookupError:
        raise DeclarationError("files.encoding_unknown", encoding=name) from None
    return found.name
