"""Tasks that call a Python function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import ClassVar, Unpack, cast

from mulgil.sdk.binding import context_arguments
from mulgil.sdk.context import Context
from mulgil.sdk.errors import DagDefinitionError
from mulgil.sdk.operator import BaseOperator
from mulgil.sdk.origin import find_origin
from mulgil.sdk.task_settings import OperatorArguments


class PythonOperator(BaseOperator):
    """Calls `python_callable(*op_args, **op_kwargs)`.

    Parameters that are named like context values (`ds`, `ti`, `params` …) get those; `**kwargs` gets
    the whole context. A coroutine function is run to its end.
    """

    template_fields: ClassVar[Sequence[str]] = ("op_args", "op_kwargs", "templates_dict")

    def __init__(
        self,
        *,
        python_callable: Callable[..., object],
        op_args: Sequence[object] = (),
        op_kwargs: Mapping[str, object] | None = None,
        templates_dict: Mapping[str, object] | None = None,
        **operator_arguments: Unpack[OperatorArguments],
    ) -> None:
        """Keep the function and its arguments.

        Raises:
            DagDefinitionError: It can't be called.
        """
        super().__init__(**operator_arguments)
        if not callable(cast(object, python_callable)):
            origin = find_origin()
            raise DagDefinitionError(
                "sdk.not_callable",
                file=origin.file,
                line=origin.line,
                task_id=self.node_id,
                value=repr(python_callable),
            )
        self.python_callable = python_callable
        self.op_args = tuple(op_args)
        self.op_kwargs = dict(op_kwargs or {})
        self.templates_dict = templates_dict
        if inspect.iscoroutinefunction(python_callable):
            self.preload = ("asyncio",)

    def execute(self, context: Context) -> object:
        """Call the function."""
        if self.templates_dict is not None:
            context = context.extended({"templates_dict": self.templates_dict})
        more = context_arguments(self.python_callable, context, given=self.op_kwargs, positional=len(self.op_args))
        result = self.python_callable(*self.op_args, **{**more, **self.op_kwargs})
        return run_coroutine(result) if inspect.iscoroutine(result) else result


def run_coroutine(coroutine: Coroutine[object, object, object]) -> object:
    """Run a coroutine to its end in a loop of its own."""
    from asyncio import run

    return run(coroutine)
