"""Errors of authoring.

MulgilError
└── SdkError
    ├── DagDefinitionError      a dag that can't be: carries `file` and `line` of the author's code
    │   └── UnknownDecoratorError   `@task.` something that there is not (an AttributeError, too)
    ├── DagFileError            a dag file that can't be imported
    ├── TemplateFieldError      a template can't be rendered
    ├── TaskCallError           a running task was given or gave something impossible
    └── OutsideTaskError        something that exists only in a running task was used elsewhere

Exception
└── TaskSignal                  raised by a task: how it wants to end
    ├── TaskSkipped             as skipped
    └── TaskFailed              as failed, now, without further tries
"""

from mulgil.i18n import MulgilError, Text


class SdkError(MulgilError):
    """Something is wrong with how a pipeline was written."""


class DagDefinitionError(SdkError):
    """A dag, task or dependency that can't be, found before anything runs; names file and line."""


class UnknownDecoratorError(DagDefinitionError, AttributeError):
    """`@task` has no such form."""


class DagFileError(SdkError):
    """A dag file can't be imported at all."""


class TemplateFieldError(SdkError):
    """A template can't be rendered; names the field and the template."""


class TaskCallError(SdkError):
    """A running task got or returned something that its dag doesn't allow."""


class OutsideTaskError(SdkError):
    """A connection, variable or context was asked for where no task runs."""


class TaskSignal(Exception):  # noqa: N818 - how a task ends, not an error of ours
    """A task says how it wants to end."""

    def __init__(self, message: str = "") -> None:
        """Keep the author's words."""
        super().__init__(message)
        self.message = message


class TaskSkipped(TaskSignal):
    """The task ends as skipped (Airflow's `AirflowSkipException`)."""

    @property
    def text(self) -> Text | None:
        """The reason in the author's words, if there are any."""
        return Text("sdk.skipped_by_task", {"message": self.message}) if self.message else None


class TaskFailed(TaskSignal):
    """The task fails at once, whatever tries are left (Airflow's `AirflowFailException`)."""

    @property
    def text(self) -> Text:
        """The reason in the author's words."""
        return Text("sdk.failed_by_task", {"message": self.message})
