"""Running one shell command: own process group, output passed on line by line, a way to end it all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress

from mulgil.sdk.errors import TaskCallError

_LONGEST_RESULT = 65536


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
    return process.returncode, last


def _environment(given: dict[str, str] | None, *, append: bool) -> dict[str, str] | None:
    if given is None:
        return None
    return {**os.environ, **given} if append else given  # noqa: TID251 - the child's environment, not a setting


def _pass_on(process: subprocess.Popen[bytes]) -> str:
    last = b""
    if process.stdout is None:
        return ""
    for line in process.stdout:
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
        last = line
    return last.decode("utf-8", "replace").rstrip("\r\n")[:_LONGEST_RESULT]


def end_group(process: subprocess.Popen[bytes], *, grace_seconds: float) -> None:
    """End the command's whole process group; what ignores SIGTERM gets SIGKILL."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=grace_seconds)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
