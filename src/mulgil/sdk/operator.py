"""`BaseOperator`: one task of a dag, as the author declares it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, Unpack, cast

from mulgil.sdk._arguments import accepted_arguments, check_names, unknown_argument, with_defaults
from mulgil.sdk.errors import DagDefinitionError
from mulgil.sdk.mapped_values import MappedValues
from mulgil.sdk.node import Node
from mulgil.sdk.origin import Origin, find_origin
from mulgil.sdk.scope import DagScope, Scope, check_id, current_scope, no_scope
from mulgil.sdk.task_settings import COMMON_ARGUMENTS, OperatorArguments, TaskSettings
from mulgil.sdk.template_file import check_templates
from mulgil.sdk.xcom_arg import XComArg, find_xcom_args

if TYPE_CHECKING:
    from logging import Logger

    from mulgil.sdk.context import Context


_OperatorT = TypeVar("_OperatorT")
_TEMPLATE_ENGINE = "jinja2.sandbox"


class OperatorMeta(type):
    """Completes an operator's arguments by `default_args`, checks their names, and registers the task."""

    def __call__(cls: type[_OperatorT], *args: Any, **kwargs: Any) -> _OperatorT:
        """Create the operator and let it join the open dag or task group."""
        origin = find_origin()
        scope = current_scope()
        accepted = accepted_arguments(cast(type, cls), COMMON_ARGUMENTS)
        task_id = kwargs.get("task_id", args[0] if args else "")
        check_names(kwargs, accepted, operator=cls.__name__, task_id=task_id, origin=origin)
        if scope is not None:
            defaults = scope.default_args
            kwargs, known = with_defaults(accepted, kwargs, positional=len(args), defaults=defaults)
            scope.root.used_default_args |= known
        try:
            operator: _OperatorT = type.__call__(cls, *args, **kwargs)
        except TypeError as error:
            raise _explained(error, cls, str(task_id), origin) from error
        if isinstance(operator, BaseOperator):
            operator.origin = origin
            if scope is not None:
                operator.join(scope)
        return operator


class BaseOperator(Node, metaclass=OperatorMeta):
    """A task. Subclasses say in `execute` what it does.

    An operator that is created inside a dag joins it. What `execute` returns is pushed as the XCom
    `return_value` unless it is None or `do_xcom_push` is off.
    """

    # Attributes that are rendered as templates just before `execute`; strings that end with one of
    # `template_ext` are the names of files that hold the template.
    template_fields: ClassVar[Sequence[str]] = ()
    template_ext: ClassVar[Sequence[str]] = ()
    # Whether `execute` returns the ids of the downstream tasks to follow.
    is_branch: bool = False
    is_mapped: ClassVar[bool] = False
    # What people see as the kind of the task; the class's name if empty.
    shown_as: str = ""
    # Whether the target can tell if an attempt that died had committed (a pure write by the write contract).
    is_resolvable: bool = False
    # Heavy modules that the task needs, imported once before its processes are forked.
    preload: Sequence[str] = ()

    def __init__(self, **operator_arguments: Unpack[OperatorArguments]) -> None:
        """Take the arguments that every operator has."""
        super().__init__()
        given = dict(operator_arguments)
        self.origin: Origin = find_origin()
        name = given.pop("task_id", None)
        check_id(name, what="task_id", origin=self.origin)
        self.node_id = str(name)
        self.scope: Scope | None = None
        settings = TaskSettings.read(given, origin=self.origin)
        self.retry = settings.retry
        self.execution_timeout = settings.execution_timeout
        self.pool = settings.pool
        self.pool_slots = settings.pool_slots
        self.priority_weight = settings.priority_weight
        self.weight_rule = settings.weight_rule
        self.trigger_rule = settings.trigger_rule
        self.executor = settings.executor
        self.isolation = settings.isolation
        self.do_xcom_push = settings.do_xcom_push
        self.multiple_outputs = settings.multiple_outputs
        self.doc_md = settings.doc_md
        self.owner = settings.owner
        self.inlets = settings.inlets
        self.outlets = settings.outlets
        self.params = settings.params

    def join(self, scope: Scope) -> None:
        """Become a task of `scope` (called when the operator was created inside it).

        Raises:
            DagDefinitionError: The task id is taken.
        """
        self.scope = scope
        self.node_id = scope.qualify(self.node_id)
        check_id(self.node_id, what="task_id", origin=self.origin)
        self.dag_key = scope.root
        scope.root.add(self, origin=self.origin)

    @property
    def task_id(self) -> str:
        """The id, with the ids of its task groups before it."""
        return self.node_id

    @property
    def dag(self) -> DagScope:
        """The dag that the task belongs to.

        Raises:
            DagDefinitionError: It belongs to none.
        """
        if self.scope is None:
            raise DagDefinitionError(
                "sdk.task_outside_dag", file=self.origin.file, line=self.origin.line, task_id=self.node_id
            )
        return self.scope.root

    @property
    def group_id(self) -> str | None:
        """The id of the innermost task group."""
        return self.scope.group_id if self.scope else None

    @property
    def operator_name(self) -> str:
        """What people see as the kind of the task."""
        return self.shown_as or type(self).__name__

    @property
    def output(self) -> XComArg[Any]:
        """The task's future return value."""
        return XComArg(self)

    @property
    def log(self) -> Logger:
        """The logger of this operator; what it says stands in the try's log."""
        from logging import getLogger

        return getLogger(f"mulgil.task.{type(self).__name__}")

    @classmethod
    def partial(cls, **arguments: object) -> OperatorPartial:
        """Give the arguments that every mapped instance shares; follow it by `.expand(...)`."""
        return OperatorPartial(cls, arguments, origin=find_origin())

    def prepare(self, dag: DagScope) -> None:
        """Check and complete the declaration when the dag is compiled.

        Raises:
            DagDefinitionError: The task can't be as it is declared.
        """
        renders = check_templates(self)
        self.declare(dag)
        if renders and _TEMPLATE_ENGINE not in self.preload:
            self.preload = (*self.preload, _TEMPLATE_ENGINE)

    def declare(self, dag: DagScope) -> None:
        """Complete the declaration: called when the dag is compiled, before dependencies are computed.

        A subclass may set `inlets`, `outlets`, `preload` and `is_resolvable` here, or refuse the task
        by a `DagDefinitionError`; it must do so again without harm when it is called again.
        """

    def data_edges(self) -> Iterator[XComArg[object]]:
        """Yield the results of other tasks that this one takes."""
        for name in self.template_fields:
            yield from find_xcom_args(getattr(self, name, None))

    def execute(self, context: Context) -> object:
        """Do the work; runs in the attempt's process."""
        raise NotImplementedError(f"{type(self).__name__} has no execute()")

    def resolve(self, context: Context) -> bool:
        """Ask the target, changing nothing, whether this attempt had committed before its process died.

        Called only where `is_resolvable`; tells the runtime's `report_commit` what was committed.
        """
        return False

    def on_kill(self) -> None:
        """Clean up when the attempt is told to end: stop subprocesses, cancel remote jobs."""

    def __repr__(self) -> str:
        """Show kind and id."""
        return f"<{self.operator_name} {self.node_id}>"


def _explained(error: TypeError, cls: type, task_id: str, origin: Origin) -> TypeError | DagDefinitionError:
    """Turn Python's "missing argument" into an error of the author's line; leave other TypeErrors alone."""
    words = str(error)
    if "__init__() " not in words:
        return error
    return DagDefinitionError(
        "sdk.wrong_arguments",
        file=origin.file,
        line=origin.line,
        operator=cls.__name__,
        task_id=task_id,
        why=words.partition("__init__() ")[2],
    )


class MappedOperator(BaseOperator):
    """A task that is one declaration and many instances: `Operator.partial(...).expand(...)`.

    It has the common arguments itself; `unfold` builds the operator that one map index runs.
    """

    is_mapped = True

    def __init__(
        self,
        *,
        values: MappedValues,
        build: Callable[[dict[str, object]], BaseOperator],
        shown_as: str,
        shared: Mapping[str, object],
        **operator_arguments: Unpack[OperatorArguments],
    ) -> None:
        """Keep what varies (`values`) apart from what is shared."""
        super().__init__(**operator_arguments)
        self.values = values
        self.shared = shared
        self._build = build
        self.shown_as = shown_as

    def data_edges(self) -> Iterator[XComArg[object]]:
        """Yield the results of other tasks that any instance takes."""
        yield from find_xcom_args(self.shared)
        yield from self.values.xcom_args()

    def unfold(self, map_index: int) -> BaseOperator:
        """Return the operator of one map index; it belongs to no dag by itself."""
        with no_scope():
            operator = self._build(self.values.at(map_index))
        operator.node_id = self.node_id
        operator.scope = self.scope
        operator.origin = self.origin
        return operator

    def declare(self, dag: DagScope) -> None:
        """Build the first instance, so that wrong arguments are found while the dag is compiled."""
        if self.values.count == 0:
            return
        first = self.unfold(0)
        first.prepare(dag)
        self.inlets, self.outlets = first.inlets, first.outlets
        self.preload, self.is_resolvable = first.preload, first.is_resolvable
        self.is_branch = first.is_branch


class OperatorPartial:
    """An operator class with the arguments that all mapped instances share."""

    def __init__(self, operator: type[BaseOperator], arguments: dict[str, object], *, origin: Origin) -> None:
        """Check the names at once; values are checked when the instances are built."""
        self.operator = operator
        self.arguments = arguments
        accepted = accepted_arguments(operator, COMMON_ARGUMENTS)
        check_names(arguments, accepted, operator=operator.__name__, task_id=arguments.get("task_id"), origin=origin)

    def expand(self, **values: object) -> MappedOperator:
        """Make one instance for each combination of the given lists' items (the last name varies fastest)."""
        return self._mapped(MappedValues.product(values, origin=find_origin()))

    def expand_kwargs(self, values: object) -> MappedOperator:
        """Make one instance for each dict of arguments in a list."""
        return self._mapped(MappedValues.each(values, origin=find_origin()))

    def _mapped(self, values: MappedValues) -> MappedOperator:
        operator, origin = self.operator, find_origin()
        accepted = accepted_arguments(operator, COMMON_ARGUMENTS)
        task_id = str(self.arguments.get("task_id", ""))
        for name in values.names():
            if name in COMMON_ARGUMENTS or name not in accepted.names:
                own = accepted.names - COMMON_ARGUMENTS
                raise unknown_argument(name, own, operator=operator.__name__, task_id=task_id, origin=origin)
        scope = current_scope()
        shared, known = with_defaults(
            accepted, self.arguments, positional=0, defaults=scope.default_args if scope else {}
        )
        if scope is not None:
            scope.root.used_default_args |= known
        common: dict[str, Any] = {name: value for name, value in shared.items() if name in COMMON_ARGUMENTS}
        arguments: dict[str, Any] = shared
        return MappedOperator(
            values=values,
            build=lambda more: operator(**{**arguments, **more}),
            shown_as=operator.__name__,
            shared={name: value for name, value in shared.items() if name not in COMMON_ARGUMENTS},
            **common,
        )
