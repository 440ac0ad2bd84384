"""Being told to end: SIGTERM calls the operator's `on_kill` and then unwinds the task."""

import logging
import os
import signal

from mulgil.sdk import running_operator

_logger = logging.getLogger("mulgil.worker")


class AttemptTerminated(BaseException):
    """Unwinds a task that was told to end; no `except Exception` of the author's holds it up."""


class Termination:
    """Whether this attempt was told to end before it had ended."""

    def __init__(self) -> None:
        """Not yet."""
        self.is_asked = False

    def listen(self) -> None:
        """Obey SIGTERM from here on."""
        signal.signal(signal.SIGTERM, self._handle)

    def ignore(self) -> None:
        """Be done: what comes from here on comes too late."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def obey(self) -> None:
        """End by the signal that was asked for."""
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)

    def _handle(self, *_: object) -> None:
        if self.is_asked:
            return
        self.is_asked = True
        _logger.warning("told to end (SIGTERM)")
        operator = running_operator()
        if operator is not None:
            try:
                operator.on_kill()
            except Exception:
                _logger.exception("on_kill of %s failed", operator.task_id)
        raise AttemptTerminated
