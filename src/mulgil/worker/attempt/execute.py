"""Running an attempt's task, and turning how it ended into an outcome."""

from mulgil.i18n import Language, Text, render
from mulgil.logstores import Masker
from mulgil.messages import Failed, Outcome, Skipped, Succeeded
from mulgil.ports import Clock
from mulgil.sdk import BaseOperator, LoadedDagFile, TaskFailed, TaskSkipped, describe_failure, run_task
from mulgil.worker.attempt.logs import error_line, write_line
from mulgil.worker.attempt.runtime import AttemptRuntime
from mulgil.worker.attempt.termination import AttemptTerminated

_LONGEST_TEXT = 4000


def find_operator(loaded: LoadedDagFile, runtime: AttemptRuntime) -> BaseOperator:
    """Return the operator of the attempt's task.

    Raises:
        MulgilError: The file has no such dag, or the dag no such task.
    """
    instance = runtime.task_instance
    return loaded.dag(instance.dag_id).task(instance.task_id)


def execute(loaded: LoadedDagFile, runtime: AttemptRuntime, masker: Masker, clock: Clock) -> Outcome:
    """Run the attempt's task to its end.

    Raises:
        AttemptTerminated: The attempt was told to end.
    """
    try:
        result = run_task(find_operator(loaded, runtime), runtime)
    except AttemptTerminated:
        raise
    except TaskSkipped as signal:
        return Skipped(signal.text)
    except SystemExit as error:
        # sys.exit() and sys.exit(0) are a task's own way to say that it is done.
        if not error.code:
            return Succeeded()
        return _failed(error, Text("worker.task_exited", {"code": str(error.code)}), masker, clock)
    except BaseException as error:  # noqa: BLE001 - whatever an author's code raises
        return _failed(error, describe_failure(error), masker, clock)
    return Succeeded(result.branch)


def _failed(error: BaseException, text: Text, masker: Masker, clock: Clock) -> Failed:
    text = masked(text, masker)
    shown = render(text, language=Language.ENGLISH)
    write_line(error_line(clock.now(), shown, error, masker))
    return Failed(text, may_retry=not isinstance(error, TaskFailed))


def masked(text: Text, masker: Masker) -> Text:
    """Return a text that shows no secret and is short enough to be stored."""
    fields = {
        name: masker.mask(value)[:_LONGEST_TEXT] if isinstance(value, str) else value
        for name, value in text.fields.items()
    }
    return Text(text.code, fields)
