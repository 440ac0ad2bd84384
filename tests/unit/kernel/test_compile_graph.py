"""Compiling a dag: what is refused and how, the order of tasks, priority weights, relatives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_scenario import dag, task

from mulgil.kernel import DagStructureError, compile_graph
from mulgil.model import UNMAPPED, DagSpec, Mapping, TaskGroupSpec, WeightRule


@pytest.mark.parametrize(
    ("spec", "code", "named"),
    [
        (dag(task("a", "c"), task("b", "a"), task("c", "b"), task("d")), "dag.cycle", "a → b → c → a"),
        (dag(task("x"), task("a", "x", "b"), task("b", "a"), task("c", "b")), "dag.cycle", "a → b → a"),
        (dag(task("a", "a")), "dag.cycle", "a → a"),
        (dag(task("a"), task("a")), "dag.duplicate_task", "a"),
        (dag(task("a", "nobody")), "dag.unknown_upstream", "nobody"),
        (dag(task("a", group="g")), "dag.unknown_group", "g"),
        (dag(task("g"), groups=(TaskGroupSpec("g"),)), "dag.task_named_like_group", "g"),
        (dag(groups=(TaskGroupSpec("g"), TaskGroupSpec("g"))), "dag.duplicate_group", "g"),
        (dag(groups=(TaskGroupSpec("g", parent="h"),)), "dag.unknown_parent_group", "h"),
        (
            dag(groups=(TaskGroupSpec("o", "g"), TaskGroupSpec("g", "h"), TaskGroupSpec("h", "g"))),
            "dag.group_cycle",
            "g → h → g",
        ),
        (dag(task("a", mapping=Mapping(("x",), (-1,)))), "dag.negative_map_length", "a"),
    ],
)
def test_refuses_impossible_dags_and_says_where(spec: DagSpec, code: str, named: str) -> None:
    with pytest.raises(DagStructureError) as caught:
        compile_graph(spec)

    assert caught.value.text.code == code
    assert named in str(caught.value)
    assert "dag.py" in str(caught.value)


def test_numbers_tasks_in_the_authors_order_where_that_is_topological() -> None:
    graph = compile_graph(dag(task("z"), task("b", "z"), task("a", "z"), task("y")))

    assert [one.task_id for one in graph.tasks] == ["z", "b", "a", "y"]
    assert graph.leaves == (1, 2, 3)


def test_orders_tasks_that_stand_before_their_upstreams() -> None:
    graph = compile_graph(dag(task("last", "mid"), task("other"), task("mid", "first"), task("first")))

    assert [one.task_id for one in graph.tasks] == ["other", "first", "mid", "last"]


def test_instances_of_mapped_tasks() -> None:
    graph = compile_graph(
        dag(task("a"), task("b", mapping=Mapping(("x", "y"), (2, 3))), task("c", mapped=0), task("d", mapped=1))
    )

    assert [list(graph.map_indexes(number)) for number in range(4)] == [[UNMAPPED], list(range(6)), [UNMAPPED], [0]]


def test_first_tasks_of_groups() -> None:
    groups = (TaskGroupSpec("outer"), TaskGroupSpec("outer.inner", parent="outer"), TaskGroupSpec("empty"))
    graph = compile_graph(
        dag(
            task("a"),
            task("b", "a", group="outer.inner"),
            task("c", "b", group="outer"),
            task("d", group="outer"),
            groups=groups,
        )
    )

    assert graph.group_roots == {"outer": (1, 3), "outer.inner": (1,), "empty": ()}


@pytest.mark.parametrize(
    ("rule", "weights"),
    [
        # A diamond: the last task counts once for the first, not twice.
        (WeightRule.DOWNSTREAM, (10, 6, 7, 4)),
        (WeightRule.UPSTREAM, (1, 3, 4, 10)),
        (WeightRule.ABSOLUTE, (1, 2, 3, 4)),
    ],
)
def test_priority_weights_count_each_relative_once(rule: WeightRule, weights: tuple[int, ...]) -> None:
    shape = {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c")}
    graph = compile_graph(
        dag(*(task(n, *up, priority_weight=w, weight_rule=rule) for w, (n, up) in enumerate(shape.items(), 1)))
    )

    assert graph.priorities == weights


@given(data=st.data(), size=st.integers(1, 9))
def test_priority_weights_are_the_sums_over_relatives(data: st.DataObject, size: int) -> None:
    names = [f"t{number}" for number in range(size)]
    graph = compile_graph(
        dag(
            *(
                task(
                    name,
                    *data.draw(st.sets(st.sampled_from(names[:number]))) if number else (),
                    priority_weight=data.draw(st.integers(-1000, 1000)),
                    weight_rule=data.draw(st.sampled_from(list(WeightRule))),
                )
                for number, name in enumerate(names)
            )
        )
    )
    for number, one in enumerate(graph.tasks):
        neighbours = {WeightRule.DOWNSTREAM: graph.downstream, WeightRule.UPSTREAM: graph.upstream}.get(one.weight_rule)
        relatives = {number} if neighbours is None else relatives_of(number, neighbours)
        assert graph.priorities[number] == sum(graph.tasks[relative].priority_weight for relative in relatives)


def relatives_of(number: int, neighbours: tuple[tuple[int, ...], ...]) -> set[int]:
    return {number}.union(*(relatives_of(neighbour, neighbours) for neighbour in neighbours[number]))
