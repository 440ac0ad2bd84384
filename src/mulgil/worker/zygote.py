"""The zygote: it imports one dag file of one snapshot, once; attempts are forks of it."""

import gc
import os
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from importlib import import_module

from mulgil.i18n import Text
from mulgil.sdk.dag_file import LoadedDagFile
from mulgil.worker.attempt.imports import import_dag_file, import_failure
from mulgil.worker.attempt.logs import flush_output
from mulgil.worker.attempt.process import run_attempt
from mulgil.worker.attempt.storable import storable_trace
from mulgil.worker.context import WorkerContext
from mulgil.worker.fork_server import ForkServer
from mulgil.worker.linux import die_with, memory_share, name_process
from mulgil.worker.spare import Spare
from mulgil.worker.wire import (
    TO_ZYGOTE,
    DagFile,
    StartAttempt,
    ZygoteFailed,
    ZygoteReady,
    ZygoteUnfit,
    ZygoteUp,
)


def run_zygote(control: socket.socket, dag_file: DagFile, context: WorkerContext) -> None:
    """Import `dag_file`, say how that went, and fork attempts until the daemon closes `control` or dies."""
    name_process("mulgil-zygote")
    armed = die_with(context.lifeline, group=False)
    server = ForkServer(control, TO_ZYGOTE, own=(armed,))
    server.send(ZygoteUp(os.getpid()))
    try:
        loaded = import_dag_file(dag_file, context.home)
    except BaseException as error:  # noqa: BLE001 - whatever an author's module raises
        server.send(ZygoteFailed(import_failure(error, dag_file.file), storable_trace(traceback.format_exc())))
        return
    reason = unfit_to_fork(dag_file.file)
    if reason is not None:
        server.send(ZygoteUnfit(reason))
        return
    _Zygote(server, loaded, context).serve()


class _Zygote:
    def __init__(self, server: ForkServer[StartAttempt], loaded: LoadedDagFile, context: WorkerContext) -> None:
        self._server = server
        self._loaded = loaded
        self._context = context
        self._preloaded: set[str] = set()
        self._spare: Spare[StartAttempt] | None = None

    def serve(self) -> None:
        self._settle()
        self._server.serve(self._handle, rest=self._fork_ahead)

    def _settle(self) -> None:
        """Leave what was imported out of every later collection: touching it would copy its pages in each fork."""
        # What is printed but not yet written would be written by each fork.
        flush_output()
        gc.collect()
        gc.freeze()
        self._server.send(ZygoteReady(memory_share()))

    def _handle(self, request: StartAttempt, descriptor: int) -> None:
        if not self._preloaded.issuperset(request.preload):
            self._preload(request.preload)
        spare, self._spare = self._spare, None
        if spare is None or not spare.become(request.attempt_id, descriptor):
            self._server.fork(request.attempt_id, descriptor, lambda: self._run_attempt(lambda: descriptor))

    def _run_attempt(self, connect: Callable[[], int | None]) -> None:
        run_attempt(connect, self._context, loaded=self._loaded)

    def _fork_ahead(self) -> None:
        """Have the next attempt's process ready: it then starts without waiting for a fork."""
        if self._spare is None:
            self._spare = Spare.fork(self._server, self._run_attempt)

    def _preload(self, names: tuple[str, ...]) -> None:
        if self._spare is not None:
            # It was forked without what is imported now.
            self._spare.dismiss()
            self._spare = None
        for name in names:
            if name not in self._preloaded:
                self._preloaded.add(name)
                try:
                    import_module(name)
                except Exception:  # noqa: BLE001 - the task will import it itself and say what is wrong
                    traceback.print_exc()
        reason = unfit_to_fork(self._loaded.file)
        if reason is not None:
            # What was to be forked is lost, and spawned the next time.
            self._server.send(ZygoteUnfit(reason))
            os._exit(0)
        self._settle()


def unfit_to_fork(file: str) -> Text | None:
    """Return why this process can't be forked, if it can't: another thread could hold any lock for ever.

    Threads of native libraries are invisible here and tolerated: those libraries handle forks.
    """
    threads = [thread.name for thread in threading.enumerate() if thread is not threading.current_thread()]
    # Frames of threads that were started below `threading`, too.
    others = len(sys._current_frames()) - 1  # noqa: SLF001 - documented, for debuggers
    if threads or others:
        return Text("worker.unfit_threads", {"file": file, "threads": ", ".join(threads) or str(others)})
    return Text("worker.unfit_event_loop", {"file": file}) if _has_running_loop() else None


def _has_running_loop() -> bool:
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
