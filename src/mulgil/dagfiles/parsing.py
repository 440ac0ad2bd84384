"""What the DAG processor asks of the process that parses, and what comes back."""

import msgspec

from mulgil.dagfiles.closure import Uses
from mulgil.i18n import Text


class ParseRequest(msgspec.Struct, frozen=True, array_like=True):
    """Parse one dag file of a snapshot, on behalf of the author's folder `shown_root`."""

    request_id: int
    root: str
    shown_root: str
    bundle: str
    file: str


class ParseProblem(msgspec.Struct, frozen=True, array_like=True):
    """Why a file gave no dags."""

    error: Text
    line: int | None = None
    traceback: str = ""


class ParseOutcome(msgspec.Struct, frozen=True, array_like=True):
    """What a parse gave: serialized dags, or a problem; and everything that it used either way.

    `unfit` says why processes that imported the file can't be forked; None if they can.
    """

    dags: tuple[bytes, ...] = ()
    uses: Uses = Uses()
    unfit: Text | None = None
    problem: ParseProblem | None = None


class Kill(msgspec.Struct, frozen=True, array_like=True, tag="kill"):
    """End a parse; with `ask` it is asked first to say where it hangs."""

    request_id: int
    ask: bool


class Parse(msgspec.Struct, frozen=True, array_like=True, tag="parse"):
    """Start a parse; the descriptor to answer on comes with it."""

    request: ParseRequest


class ParserExited(msgspec.Struct, frozen=True, array_like=True):
    """A parse's process is gone: its exit code, or the negative number of the signal that ended it."""

    request_id: int
    code: int


ServerOrder = Parse | Kill
