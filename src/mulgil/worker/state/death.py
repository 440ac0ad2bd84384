"""Why an attempt's process ended without a report, as text."""

import signal

from mulgil.i18n import FieldValue, Text
from mulgil.messages import Assignment, Died, Lost
from mulgil.worker.wire import EXIT_CUT_OFF


def death_of(status: int, *, is_oom_likely: bool) -> Died:
    """Return the death of a process that ended with `status` (minus a signal's number, or an exit code)."""
    if status == EXIT_CUT_OFF:
        return Died(Text("worker.cut_off"))
    if status >= 0:
        return Died(Text("worker.exited", {"status": status}))
    if -status == signal.SIGKILL:
        return Died(Text("worker.killed_oom" if is_oom_likely else "worker.killed_hard"))
    return Died(Text("worker.killed", {"signal": signal_name(-status)}))


def timed_out(assignment: Assignment) -> Died:
    """Return the death of an attempt that took longer than its `execution_timeout`."""
    timeout = assignment.execution_timeout
    return Died(Text("worker.timed_out", {"seconds": f"{timeout.total_seconds() if timeout else 0:g}"}))


def lost(code: str, **fields: FieldValue) -> Lost:
    """Return the loss of an attempt for a reason of our own."""
    return Lost(Text(code, fields))


def signal_name(number: int) -> str:
    """Return a signal's name, such as SIGSEGV."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
