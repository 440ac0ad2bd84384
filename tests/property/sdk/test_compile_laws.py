"""Laws of compiling: any declared edges come out as they are, in an order that respects them; cycles never pass."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mulgil.kernel import compile_graph
from mulgil.sdk import DAG, DagDefinitionError, EmptyOperator, TaskGroup
from mulgil.sdk.mapped_values import MappedValues
from mulgil.sdk.origin import Origin
from mulgil.serialization import decode_dag, encode_dag

COUNT = 8
EDGES = st.sets(st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)).filter(lambda edge: edge[0] != edge[1]))


def declare(edges: set[tuple[int, int]]) -> DAG:
    with DAG("x") as dag:
        tasks = [EmptyOperator(task_id=f"t{number}") for number in range(COUNT)]
        for upstream, downstream in sorted(edges, reverse=True):
            tasks[upstream] >> tasks[downstream]
    return dag


def has_cycle(edges: set[tuple[int, int]]) -> bool:
    left = set(range(COUNT))
    while free := {node for node in left if not any(down == node and up in left for up, down in edges)}:
        left -= free
    return bool(left)


@given(edges=EDGES)
def test_edges_come_out_as_declared_in_the_first_fitting_order_or_the_cycle_is_named(edges) -> None:
    dag = declare(edges)
    if has_cycle(edges):
        with pytest.raises(DagDefinitionError, match="has a cycle") as refused:
            dag.to_spec()
        path = str(refused.value.text.fields["cycle"]).split(" → ")
        assert path[0] == path[-1]
        assert all((int(up[1:]), int(down[1:])) in edges for up, down in itertools.pairwise(path))
        return
    spec = dag.to_spec()
    assert {(int(up[1:]), int(task.task_id[1:])) for task in spec.tasks for up in task.upstream} == edges
    done: set[str] = set()
    for position, task in enumerate(spec.tasks):
        ready = sorted(each.task_id for each in spec.tasks[position:] if done.issuperset(each.upstream))
        assert task.task_id == ready[0]
        done.add(task.task_id)
    compile_graph(spec)
    assert decode_dag(encode_dag(spec)) == spec


@given(inside=EDGES, before=st.booleans(), after=st.booleans())
def test_a_group_stands_for_its_first_and_last_tasks(inside, before, after) -> None:
    edges = {(min(edge), max(edge)) for edge in inside}
    with DAG("x") as dag:
        first, last = EmptyOperator(task_id="first"), EmptyOperator(task_id="last")
        with TaskGroup("g") as group:
            tasks = [EmptyOperator(task_id=f"t{number}") for number in range(COUNT)]
        # Edges to the group may be declared before those inside it.
        if before:
            first >> group
        if after:
            group >> last
        for up, down in edges:
            tasks[up] >> tasks[down]
    upstream = {task.task_id: set(task.upstream) for task in dag.to_spec().tasks}
    roots = {f"g.t{number}" for number in range(COUNT) if not any(down == number for _, down in edges)}
    leaves = {f"g.t{number}" for number in range(COUNT) if not any(up == number for up, _ in edges)}
    assert {name for name, ups in upstream.items() if "first" in ups} == (roots if before else set())
    assert upstream["last"] == (leaves if after else set())


@given(lengths=st.lists(st.integers(0, 4), min_size=1, max_size=4))
def test_map_indexes_count_through_the_product(lengths) -> None:
    arguments = {f"a{position}": list(range(length)) for position, length in enumerate(lengths)}
    values = MappedValues.product(arguments, origin=Origin())
    expected = list(itertools.product(*arguments.values()))
    assert values.count == len(expected)
    assert [tuple(values.at(index)[name] for name in arguments) for index in range(values.count)] == expected
