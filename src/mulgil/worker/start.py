"""How a worker's processes begin: the nursery is forked first, then this process becomes the daemon.

Little is imported before the fork, and no thread or loop exists, so that the nursery inherits nothing
that could be held or half done.
"""

import os
import socket
import sys
from collections.abc import Callable
from datetime import timedelta

from mulgil.config import Home, Settings
from mulgil.config.environment import cpu_count, faults
from mulgil.system import SystemClock, SystemIds
from mulgil.worker.context import WorkerContext
from mulgil.worker.settings import WorkerSettings


def run_worker(
    home: Home,
    settings: Settings,
    *,
    life_fd: int | None = None,
    when_ready: Callable[[], None] = lambda: None,
    limits: WorkerSettings | None = None,
) -> None:
    """Be a worker daemon for `home` until it may leave.

    SIGTERM ends what runs and leaves; SIGINT lets it finish first, a second one doesn't.

    Args:
        home: Whose gateway to dial; its folders exist.
        settings: The installation's settings.
        life_fd: Reaches its end when the supervisor is gone; the daemon then drains.
        when_ready: Called once a gateway has welcomed the daemon.
        limits: How to work, instead of what `settings` say.
    """
    life_read, life_write = os.pipe()
    own, control = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    context = WorkerContext(home=home, clock=SystemClock(), lifeline=life_read, faults=faults())
    pid = os.fork()
    if pid == 0:
        # The nursery closes every descriptor but those two; a socket's object must not do so again.
        own.detach()
        _be_nursery(control, context)
    control.close()
    _be_daemon(own, pid, limits or _limits(settings), context, life_fd=life_fd, when_ready=when_ready)
    # Everything that this worker has started ends with it.
    os.close(life_write)


def _limits(settings: Settings) -> WorkerSettings:
    given = settings.worker
    return WorkerSettings(
        slots=given.slots_on(cpu_count()),
        kill_grace=timedelta(seconds=given.kill_grace_seconds),
        import_timeout=timedelta(seconds=given.import_timeout_seconds),
        zygote_memory_bytes=given.zygote_memory_mb * 1024 * 1024,
        zygote_idle=timedelta(seconds=given.zygote_idle_seconds),
    )


def _be_nursery(control: socket.socket, context: WorkerContext) -> None:
    status = 1
    try:
        from mulgil.worker.nursery import run_nursery

        run_nursery(control, context)
        status = 0
    except ConnectionError:
        # The daemon was gone before the nursery had begun: it has said why.
        status = 0
    except BaseException:  # noqa: BLE001 - nothing may unwind into what was this process before the fork
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)


def _be_daemon(
    own: socket.socket,
    nursery_pid: int,
    limits: WorkerSettings,
    context: WorkerContext,
    *,
    life_fd: int | None,
    when_ready: Callable[[], None],
) -> None:
    from mulgil.worker.daemon import Daemon
    from mulgil.worker.linux import become_subreaper, raise_descriptor_limit
    from mulgil.worker.servers import Server, server_socket
    from mulgil.worker.state import DaemonIdentity

    become_subreaper()
    raise_descriptor_limit()
    identity = DaemonIdentity(SystemIds().new_id(), socket.gethostname(), os.getpid())
    nursery = Server(server_socket(own), pid=nursery_pid)
    Daemon(identity, limits, context, nursery).run(life_fd=life_fd, when_welcome=when_ready)
