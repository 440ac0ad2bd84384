"""From declarations to data: a dag's tasks in topological order with all of their edges.

Edges come from four places, in this order:
1. `>>` and `<<` between tasks;
2. results of tasks in other tasks' arguments;
3. assets: a task that reads one depends on every task that writes it but itself;
4. `>>` and `<<` with task groups, from the inside out: a group's first and last tasks are known only
   when the edges inside it are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush

from mulgil.model import AssetRef, TaskGroupSpec, TaskSpec
from mulgil.sdk._arguments import CALLBACKS, NOT_YET
from mulgil.sdk._suggestion import nearest
from mulgil.sdk.errors import DagDefinitionError
from mulgil.sdk.node import Node
from mulgil.sdk.operator import BaseOperator, MappedOperator
from mulgil.sdk.scope import DagScope, Scope
from mulgil.sdk.task_group import TaskGroup
from mulgil.sdk.task_settings import COMMON_ARGUMENTS

Edges = dict[str, set[str]]


def compile_groups(dag: DagScope) -> tuple[TaskGroupSpec, ...]:
    """Return the task groups in the author's order."""
    return tuple(node.to_spec() for node in dag.nodes.values() if isinstance(node, TaskGroup))


def compile_tasks(dag: DagScope) -> tuple[TaskSpec, ...]:
    """Return the tasks in topological order, ties by the author's order.

    Raises:
        DagDefinitionError: The dag can't run as it is declared.
    """
    tasks = {name: node for name, node in dag.nodes.items() if isinstance(node, BaseOperator)}
    _check_default_args(dag)
    for task in tasks.values():
        task.prepare(dag)
    edges: Edges = {name: set() for name in tasks}
    _add_task_edges(dag, tasks, edges)
    explicit = {name: set(upstream) for name, upstream in edges.items()}
    _add_asset_edges(tasks, edges)
    _add_group_edges(dag, tasks, edges)
    order = _topological(dag, tasks, edges, explicit)
    dag.compiled_tasks = tuple(_spec(tasks[name], sorted(edges[name])) for name in order)
    return dag.compiled_tasks


def _check_default_args(dag: DagScope) -> None:
    scopes: list[DagScope | TaskGroup] = [dag, *(node for node in dag.nodes.values() if isinstance(node, TaskGroup))]
    if not any(isinstance(node, BaseOperator) for node in dag.nodes.values()):
        return
    for scope in scopes:
        for name in scope.own_default_args:
            if name in dag.used_default_args:
                continue
            where: dict[str, str | int] = {"file": scope.origin.file, "line": scope.origin.line, "name": name}
            if name in CALLBACKS:
                raise DagDefinitionError("sdk.default_callback_not_yet", dag_id=dag.dag_id, **where)
            if name in NOT_YET:
                raise DagDefinitionError("sdk.default_arg_not_yet", dag_id=dag.dag_id, **where)
            guess = nearest(name, dag.used_default_args | COMMON_ARGUMENTS)
            if guess is not None:
                raise DagDefinitionError("sdk.unknown_default_arg_guess", guess=guess, dag_id=dag.dag_id, **where)
            raise DagDefinitionError("sdk.unknown_default_arg", dag_id=dag.dag_id, **where)


def _add_task_edges(dag: DagScope, tasks: dict[str, BaseOperator], edges: Edges) -> None:
    for name, task in tasks.items():
        for upstream in task.upstream_nodes:
            if isinstance(upstream, BaseOperator):
                edges[name].add(upstream.node_id)
        for result in task.data_edges():
            source = result.task
            if source.dag_key is not dag:
                where: dict[str, str | int] = {"file": task.origin.file, "line": task.origin.line}
                raise DagDefinitionError("sdk.edge_between_dags", upstream=source.node_id, downstream=name, **where)
            if source.node_id != name:
                edges[name].add(source.node_id)


def _add_asset_edges(tasks: dict[str, BaseOperator], edges: Edges) -> None:
    writers: dict[AssetRef, list[str]] = {}
    for name, task in tasks.items():
        for asset in task.outlets:
            writers.setdefault(asset.ref, []).append(name)
    for task in tasks.values():
        for asset in task.outlets:
            if len(writers[asset.ref]) > 1:
                asset.check_writers(tuple(writers[asset.ref]))
    for name, task in tasks.items():
        for asset in task.inlets:
            edges[name].update(writer for writer in writers.get(asset.ref, ()) if writer != name)


def _add_group_edges(dag: DagScope, tasks: dict[str, BaseOperator], edges: Edges) -> None:
    pairs = [
        (upstream, node)
        for node in dag.nodes.values()
        for upstream in node.upstream_nodes
        if isinstance(node, TaskGroup) or isinstance(upstream, TaskGroup)
    ]
    if not pairs:
        return
    members = _members(dag, tasks)
    for upstream, downstream in sorted(pairs, key=lambda pair: -_common_depth(*pair)):
        lasts = _ends(upstream, members, edges, last=True)
        firsts = _ends(downstream, members, edges, last=False)
        for name in firsts:
            edges[name].update(lasts)


def _members(dag: DagScope, tasks: dict[str, BaseOperator]) -> dict[str, list[str]]:
    members: dict[str, list[str]] = {node.node_id: [] for node in dag.nodes.values() if isinstance(node, TaskGroup)}
    for name, task in tasks.items():
        for scope in _scopes_of(task):
            if isinstance(scope, TaskGroup):
                members[scope.node_id].append(name)
    return members


def _scopes_of(node: Node) -> Iterator[Scope]:
    scope = node if isinstance(node, TaskGroup) else getattr(node, "scope", None)
    while scope is not None:
        yield scope
        scope = scope.parent


def _common_depth(first: Node, second: Node) -> int:
    """Return how deep the innermost scope that holds both lies; inner edges are expanded first."""
    return len({id(scope) for scope in _scopes_of(first)} & {id(scope) for scope in _scopes_of(second)})


def _ends(node: Node, members: dict[str, list[str]], edges: Edges, *, last: bool) -> list[str]:
    if not isinstance(node, TaskGroup):
        return [node.node_id]
    inside = set(members[node.node_id])
    if last:
        has_downstream = {upstream for name in inside for upstream in edges[name]}
        return [name for name in members[node.node_id] if name not in has_downstream]
    return [name for name in members[node.node_id] if not edges[name] & inside]


def _topological(dag: DagScope, tasks: dict[str, BaseOperator], edges: Edges, explicit: Edges) -> list[str]:
    position = {name: number for number, name in enumerate(tasks)}
    waiting = {name: len(upstream) for name, upstream in edges.items()}
    downstream: dict[str, list[str]] = {name: [] for name in tasks}
    for name, upstream in edges.items():
        for other in upstream:
            downstream[other].append(name)
    ready = [position[name] for name, count in waiting.items() if count == 0]
    heapify(ready)
    names, order = list(tasks), []
    while ready:
        name = names[heappop(ready)]
        order.append(name)
        for other in downstream[name]:
            waiting[other] -= 1
            if waiting[other] == 0:
                heappush(ready, position[other])
    if len(order) < len(tasks):
        raise _cycle_error(dag, tasks, edges, explicit, {name for name, count in waiting.items() if count > 0})
    return order


def _cycle_error(
    dag: DagScope, tasks: dict[str, BaseOperator], edges: Edges, explicit: Edges, stuck: Iterable[str]
) -> DagDefinitionError:
    cycle = _find_cycle(edges, set(stuck), list(tasks))
    shown = " → ".join([*cycle, cycle[0]])
    origin = tasks[cycle[0]].origin
    assets = []
    for upstream, name in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
        if upstream not in explicit[name]:
            shared = {asset.ref for asset in tasks[name].inlets} & {asset.ref for asset in tasks[upstream].outlets}
            assets += sorted(ref.name for ref in shared)
    where: dict[str, str | int] = {"file": origin.file, "line": origin.line, "dag_id": dag.dag_id, "cycle": shown}
    if assets:
        return DagDefinitionError("sdk.cycle_by_assets", assets=", ".join(dict.fromkeys(assets)), **where)
    return DagDefinitionError("sdk.cycle", **where)


def _find_cycle(edges: Edges, stuck: set[str], order: list[str]) -> list[str]:
    """Return one cycle among tasks of which each has an upstream that waits, too."""
    path: list[str] = []
    seen: dict[str, int] = {}
    name = next(candidate for candidate in order if candidate in stuck)
    while name not in seen:
        seen[name] = len(path)
        path.append(name)
        name = min(upstream for upstream in edges[name] if upstream in stuck)
    cycle = path[seen[name] :][::-1]
    first = min(range(len(cycle)), key=lambda number: order.index(cycle[number]))
    return cycle[first:] + cycle[:first]


def _spec(task: BaseOperator, upstream: list[str]) -> TaskSpec:
    labels = {node.node_id: label for node, label in task.upstream_nodes.items() if label}
    return TaskSpec(
        task_id=task.node_id,
        operator=task.operator_name,
        upstream=tuple(upstream),
        trigger_rule=task.trigger_rule,
        retry=task.retry,
        execution_timeout=task.execution_timeout,
        pool=task.pool,
        pool_slots=task.pool_slots,
        priority_weight=task.priority_weight,
        weight_rule=task.weight_rule,
        group=task.group_id,
        is_branch=task.is_branch,
        mapping=task.values.to_spec() if isinstance(task, MappedOperator) else None,
        isolation=task.isolation,
        executor=task.executor,
        inlets=tuple(sorted(asset.ref for asset in task.inlets)),
        outlets=tuple(sorted(asset.ref for asset in task.outlets)),
        is_resolvable=task.is_resolvable,
        preload=tuple(sorted(task.preload)),
        owner=task.owner,
        doc=task.doc_md,
        labels=tuple(sorted((name, label) for name, label in labels.items() if name in upstream)),
        line=task.origin.line_in(task.dag.origin.module_file),
    )
