"""Running an attempt's task, and turning how it ended into an outcome."""

from typing import Protocol

from mulgil.i18n import Language, Text, render
from mulgil.logstores import LogLine, Masker
from mulgil.messages import Failed, Outcome, Skipped, Succeeded
from mulgil.ports import Clock
from mulgil.sdk import DAG, BaseOperator, TaskFailed, TaskSkipped, describe_failure, run_task, words_of
from mulgil.worker.attempt.logs import error_line, write_line
from mulgil.worker.attempt.runtime import AttemptRuntime
from mulgil.worker.attempt.storable import storable
from mulgil.worker.attempt.termination import AttemptTerminated


class DagSource(Protocol):
    """Where an attempt's dag is: a loaded dag file, or dags that were made in code."""

    def dag(self, dag_id: str) -> DAG:
        """Return one dag."""
        ...


class FailureTold(Protocol):
    """What is done with what a task raised, beside recording it."""

    def __call__(self, line: LogLine, error: BaseException, /) -> None:
        """Show it."""
        ...


def _write_failure(line: LogLine, error: BaseException, /) -> None:
    """Write it to the log."""
    write_line(line)


def find_operator(loaded: DagSource, runtime: AttemptRuntime) -> BaseOperator:
    """Return the operator of the attempt's task.

    Raises:
        MulgilError: The file has no such dag, or the dag no such task.
    """
    instance = runtime.task_instance
    return loaded.dag(instance.dag_id).task(instance.task_id)


def execute(
    loaded: DagSource, runtime: AttemptRuntime, masker: Masker, clock: Clock, *, tell: FailureTold = _write_failure
) -> Outcome:
    """Run the attempt's task to its end; what it raises is shown by `tell`.

    Raises:
        AttemptTerminated: The attempt was told to end.
    """
    try:
        result = run_task(find_operator(loaded, runtime), runtime)
    except AttemptTerminated:
        raise
    except TaskSkipped as signal:
        return Skipped(masked(signal.text, masker) if signal.text else None)
    except SystemExit as error:
        # sys.exit() and sys.exit(0) are a task's own way to say that it is done.
        if not error.code:
            return Succeeded()
        text = masked(Text("worker.task_exited", {"code": words_of(error)}), masker)
        tell(_failure_line(error, text, masker, clock), error)
        return Failed(text)
    except BaseException as error:  # noqa: BLE001 - whatever an author's code raises
        text = masked(describe_failure(error), masker)
        tell(_failure_line(error, text, masker, clock), error)
        return Failed(text, may_retry=not isinstance(error, TaskFailed))
    return Succeeded(result.branch)


def _failure_line(error: BaseException, text: Text, masker: Masker, clock: Clock) -> LogLine:
    return error_line(clock.now(), render(text, language=Language.ENGLISH), error, masker)


def masked(text: Text, masker: Masker) -> Text:
    """Return a text that shows no secret and can be stored."""
    return storable(text, masker.mask)
