"""Running one shell command: own process group, output passed on line by line, a way to end it all."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress

from mulgil.sdk.errors import TaskCallError

_LONGEST_RESULT = 1 << 16
_READ_BYTES = 1 << 16


def run_shell(
    command: str,
    *,
    env: Mapping[object, object] | None,
    append_env: bool,
    cwd: str | None,
    started: Callable[[subprocess.Popen[bytes]], None],
) -> tuple[int, str]:
    """Run `command` and return its exit code (negative: the signal) and its last line.

    Raises:
        TaskCallError: There is no bash, or no such folder.
    """
    if cwd is not None and not os.path.isdir(cwd):  # noqa: PTH112 - nothing else of pathlib is needed here
        raise TaskCallError("bash.no_folder", cwd=cwd)
    given = {str(key): str(value) for key, value in env.items()} if env is not None else None
    try:
        process = subprocess.Popen(
            ["bash", "-c", command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=_environment(given, append=append_env),
            cwd=cwd,
            # A group of its own to end, in the session of the task, by which a dead task's remains are found.
            process_group=0,
        )
    except FileNotFoundError as error:
        raise TaskCallError("bash.no_bash") from error
    started(process)
    with process:
        last = _pass_on(process)
        # What the command left in the background ends with it; until it is reaped, its group's number is its own.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        _signal_group(process, signal.SIGKILL)
    return process.returncode, last


def _environment(given: dict[str, str] | None, *, append: bool) -> dict[str, str] | None:
    if given is None:
        return None
    return {**os.environ, **given} if append else given  # noqa: TID251 - the child's environment, not a setting


def _pass_on(process: subprocess.Popen[bytes]) -> str:
    """Write the command's output to ours as it comes, until the command itself ends; return the last line.

    A process that it left in the background may hold the pipe open for ever; nobody waits for that.
    """
    if process.stdout is None:
        return ""
    pipe = process.stdout.fileno()
    os.set_blocking(pipe, False)
    ended = os.pidfd_open(process.pid) if hasattr(os, "pidfd_open") else None
    poll = select.poll()
    for descriptor in (pipe, ended):
        if descriptor is not None:
            poll.register(descriptor, select.POLLIN)
    tail = b""
    try:
        while pipe in {descriptor for descriptor, _ in poll.poll()}:
            data = os.read(pipe, _READ_BYTES)
            if not data:
                break
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            tail = (tail + data)[-_LONGEST_RESULT:]
    finally:
        if ended is not None:
            os.close(ended)
    lines = tail.decode("utf-8", "replace").splitlines()
    return lines[-1] if lines else ""


def end_group(process: subprocess.Popen[bytes], *, grace_seconds: float) -> None:
    """End the command's whole process group; what ignores SIGTERM gets SIGKILL."""
    _signal_group(process, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=grace_seconds)
    _signal_group(process, signal.SIGKILL)


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
