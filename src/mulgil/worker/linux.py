"""What the worker needs of the Linux kernel beyond Python's own modules; one place to port from."""

import fcntl
import os
import select
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_F_SETSIG = 10
_O_ASYNC = 0o20000


@cache
def prctl() -> Callable[[int, int], None]:
    """Return the system call, which Python lacks; loading it takes longer than a task should wait."""
    import ctypes

    function = ctypes.CDLL(None, use_errno=True).prctl

    def call(option: int, value: int) -> None:
        if function(option, value, 0, 0, 0) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    return call


def become_subreaper() -> None:
    """Make this process the parent of every descendant whose own parent dies."""
    prctl()(_PR_SET_CHILD_SUBREAPER, 1)


def name_process(name: str) -> None:
    """Show this process under `name` (at most 15 bytes) in `ps -o comm` and `top`; forks share a command line."""
    descriptor = os.open("/proc/self/comm", os.O_WRONLY | os.O_CLOEXEC)
    os.write(descriptor, name.encode())
    os.close(descriptor)


def raise_descriptor_limit() -> None:
    """Allow this process as many descriptors as it may have: each attempt takes one."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def die_with(lifeline: int, *, group: bool) -> int:
    """Have the kernel SIGKILL this process (or its group) when the last writer of the pipe `lifeline` is gone.

    The kernel does it itself, whatever this process is busy with, so neither a thread nor a poll is
    needed. The pipe is opened anew because whom to signal belongs to the open file, and forked processes
    share theirs. Returns the new descriptor, to be kept open; the old one may be closed. If the writer is
    gone already, this process ends here: whatever it was about to begin must not begin.
    """
    descriptor = os.open(f"/proc/self/fd/{lifeline}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.fcntl(descriptor, fcntl.F_SETOWN, -os.getpid() if group else os.getpid())
    fcntl.fcntl(descriptor, _F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, os.O_NONBLOCK | _O_ASYNC)
    try:
        # Nobody ever writes: anything but "would block" is the end.
        os.read(descriptor, 1)
    except BlockingIOError:
        return descriptor
    os._exit(1)


def start_time(pid: int) -> int | None:
    """Return when a process started, in ticks since boot: with the pid it names the process for ever."""
    stat = _stat(pid)
    return None if stat is None else int(stat[19])


def session_and_group(pid: int) -> tuple[int, int] | None:
    """Return the session and the process group of a process that exists."""
    stat = _stat(pid)
    return None if stat is None else (int(stat[3]), int(stat[2]))


def processes() -> list[int]:
    """Return the pid of every process."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - a hundred Paths for nothing


def children() -> list[int]:
    """Return the pids of this (single-threaded) process's children; empty where the kernel doesn't list them."""
    return _children_of(os.getpid(), os.getpid())


def with_descendants(pids: Iterable[int]) -> list[int]:
    """Return processes and all that descends from them, as far as the kernel lists it, parents first."""
    found = list(pids)
    for pid in found:
        with suppress(OSError):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                found += _children_of(pid, int(thread.name))
    return found


def _children_of(pid: int, thread: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{thread}/children").read_bytes().split()]
    except OSError:
        return []


def wait_gone(pids: Iterable[int], *, seconds: float) -> None:
    """Wait until processes have ended; not for ever, since one in an uninterruptible wait ends when it wakes."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except OSError:
            continue
        select.select([descriptor], [], [], seconds)
        os.close(descriptor)


def _stat(pid: int) -> list[bytes] | None:
    """Return the fields of /proc/<pid>/stat after the name, which may hold anything."""
    try:
        descriptor = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return os.read(descriptor, 1024).rpartition(b")")[2].split()
    except ProcessLookupError:
        return None
    finally:
        os.close(descriptor)


def lock_holders() -> list[int]:
    """Return the pids of the processes that hold a `flock`, as far as this one may know."""
    try:
        lines = Path("/proc/locks").read_bytes().splitlines()
    except OSError:
        return []
    words = [line.split() for line in lines]
    return sorted({int(each[4]) for each in words if each[1] == b"FLOCK" and int(each[4]) > 0})


def open_files(pid: int) -> list[str]:
    """Return the paths of the files that a process has open; those without a name any more end in ` (deleted)`."""
    folder = Path(f"/proc/{pid}/fd")
    found = []
    try:
        for entry in folder.iterdir():
            with suppress(OSError):
                found.append(str(entry.readlink()))
    except OSError:
        # It is gone, or another user's.
        return []
    return found


def memory_share() -> int:
    """Return this process's proportional share of memory (PSS) in bytes."""
    for line in Path("/proc/self/smaps_rollup").read_bytes().splitlines():
        if line.startswith(b"Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def out_of_memory_kills() -> int:
    """Return how many processes the kernel has killed for want of memory since boot."""
    for line in Path("/proc/vmstat").read_bytes().splitlines():
        if line.startswith(b"oom_kill "):
            return int(line.split()[1])
    return 0


def boot_id() -> str:
    """Return what names this boot of the machine: pids of another one mean nothing."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def signal_group(pgid: int, number: int) -> bool:
    """Send a signal to a process group; False if there is none any more."""
    try:
        os.killpg(pgid, number)
    except ProcessLookupError:
        return False
    return True


def kill_process(pid: int) -> None:
    """SIGKILL one process; nothing happens if it is gone."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def next_dead_child() -> int | None:
    """Return the pid of a child that has died and wasn't collected yet.

    While it isn't collected its number can't be given to another process: what is sent to its process
    group until then reaches its own.
    """
    try:
        dead = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    return dead.si_pid if dead else None


def collect_child(pid: int) -> int:
    """Collect a dead child; its exit code, or minus the number of the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def is_child(pid: int) -> bool:
    """Whether `pid` is a child of this process, dead or alive, that wasn't collected yet."""
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True
