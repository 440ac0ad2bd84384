"""One parse, in a process of its own: import the file, compile its dags, say what was used."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
from pathlib import Path
from typing import NoReturn

import msgspec

from mulgil.dagfiles.closure import Uses, joined
from mulgil.dagfiles.parsing import ParseOutcome, ParseProblem, ParseRequest
from mulgil.dagfiles.references import find_references
from mulgil.dagfiles.remedy import describe_problem
from mulgil.dagfiles.watching import UseRecorder
from mulgil.i18n import Text
from mulgil.kernel import compile_graph
from mulgil.sdk import LoadedDagFile, load_dag_file
from mulgil.serialization import encode_dag

HANG_SIGNAL = signal.SIGUSR1
_KEPT = 3


def run_parse(request: ParseRequest, answer: int) -> NoReturn:
    """Parse and answer on the descriptor `answer`; end the process. Called right after the fork."""
    code = 0
    try:
        _isolate(answer)
        outcome = parse(request)
        _write(answer, msgspec.msgpack.encode(outcome))
    except BaseException:  # noqa: BLE001 - whatever happens, this process ends here and says so
        sys.excepthook(*sys.exc_info())
        code = 70
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def parse(request: ParseRequest) -> ParseOutcome:
    """Import a file and return what it gave. Leaves an audit hook behind: the process must not parse again."""
    root, shown = Path(request.root), Path(request.shown_root)
    recorder = UseRecorder(root, shown)
    recorder.start()
    dags: tuple[bytes, ...] = ()
    missed: tuple[str, ...] = ()
    problem: ParseProblem | None = None
    unfit: Text | None = None
    try:
        loaded = load_dag_file(root, request.file, bundle=request.bundle, shown_root=shown)
        missed = loaded.missed_modules()
        dags = _encoded(loaded)
        unfit = why_unfit_to_fork(request.file)
    except BaseException as error:  # noqa: BLE001 - an author's file may raise anything, SystemExit included
        problem = describe_problem(error, file=request.file, shown_root=shown)
    opened = recorder.uses()
    modules = tuple(path for path in {request.file, *opened.files} if path.endswith(".py"))
    folder = request.file.rpartition("/")[0]
    named = find_references(root, modules, folder=folder)
    return ParseOutcome(dags, joined((opened, named, _places_of(missed, folder))), unfit, problem)


def why_unfit_to_fork(file: str) -> Text | None:
    """Return why this process can't be forked after the import: a thread or an event loop may hold a lock for ever.

    Threads of native libraries are invisible here and tolerated: those libraries handle forks.
    """
    current = threading.current_thread()
    threads = sorted(thread.name for thread in threading.enumerate() if thread is not current)
    # Counts threads that were started below `threading`, too.
    others = len(sys._current_frames()) - 1  # noqa: SLF001 - the only count of all Python threads
    if threads or others:
        return Text("dagfiles.unfit_threads", {"file": file, "threads": ", ".join(threads) or str(others)})
    asyncio = sys.modules.get("asyncio")
    if asyncio is not None and asyncio._get_running_loop() is not None:  # noqa: SLF001 - asks without making one
        return Text("dagfiles.unfit_event_loop", {"file": file})
    return None


def _encoded(loaded: LoadedDagFile) -> tuple[bytes, ...]:
    for spec in loaded.specs():
        compile_graph(spec)
    return tuple(encode_dag(spec) for spec in loaded.specs())


def _places_of(modules: tuple[str, ...], folder: str) -> Uses:
    """Return where in the bundle modules would be that were found elsewhere."""
    places = [f"{base}/{name}" if base else name for base in {"", folder} for name in modules]
    return Uses(tuple(path for place in places for path in (f"{place}.py", f"{place}/__init__.py")))


def _isolate(answer: int) -> None:
    os.setsid()
    os.closerange(_KEPT, answer)
    os.closerange(answer + 1, max(answer + 2, 1024))
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    # Works in the middle of native code, too: it only writes to the descriptor.
    faulthandler.register(HANG_SIGNAL, file=answer, all_threads=False, chain=False)


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
