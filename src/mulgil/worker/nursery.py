"""The nursery: forked from the daemon's process before anything else happens there, it forks zygotes.

It has imported what every attempt needs and nothing that an author wrote, so a zygote begins with our
own modules in memory. It also starts fresh interpreters for attempts that must not be forked.
"""

import gc
import os
import signal
import socket
import sys
from pathlib import Path

import msgspec

from mulgil.config import Home
from mulgil.system import SystemClock
from mulgil.worker.attempt.logs import prepare_streams
from mulgil.worker.attempt.spawn import SpawnArguments, become_interpreter
from mulgil.worker.context import WorkerContext
from mulgil.worker.fork_server import ForkServer, close_all_but
from mulgil.worker.linux import die_with, name_process, prctl
from mulgil.worker.rehearsal import rehearse
from mulgil.worker.wire import TO_NURSERY, StartAttempt, StartZygote, ToServer
from mulgil.worker.zygote import run_zygote


def run_nursery(control: socket.socket, context: WorkerContext) -> None:
    """Serve until the daemon closes `control` or dies."""
    name_process("mulgil-nursery")
    close_all_but(control.fileno(), context.lifeline)
    # A terminal's Ctrl-C is the daemon's to act on.
    os.setpgid(0, 0)
    prepare_streams()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    rehearse(context)
    prctl()
    armed = die_with(context.lifeline, group=False)
    gc.collect()
    gc.freeze()
    server = ForkServer(control, TO_NURSERY, own=(armed,))

    def handle(request: ToServer, descriptor: int) -> None:
        match request:
            case StartZygote():
                server.fork(request.zygote_id, descriptor, lambda: _become_zygote(request, descriptor, context))
            case StartAttempt():
                server.fork(request.attempt_id, descriptor, lambda: become_interpreter(descriptor, context))

    server.serve(handle)


def _become_zygote(request: StartZygote, descriptor: int, context: WorkerContext) -> None:
    close_all_but(descriptor, context.lifeline)
    run_zygote(socket.socket(fileno=descriptor), request.dag_file, context)


def main() -> None:
    """Be a nursery that a daemon has started anew, because its first one died."""
    told = msgspec.json.decode(sys.argv[1], type=SpawnArguments)
    home = Home(Path(told.home), Path(told.runtime_root))
    context = WorkerContext(home=home, clock=SystemClock(), lifeline=told.lifeline, faults=told.faults)
    run_nursery(socket.socket(fileno=told.descriptor), context)


if __name__ == "__main__":
    main()
