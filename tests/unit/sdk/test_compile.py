"""From declarations to tasks in order: where edges come from, and what is refused."""

from __future__ import annotations

import pytest

from mulgil.sdk import (
    DAG,
    Asset,
    DagDefinitionError,
    EmptyOperator,
    Label,
    PythonOperator,
    TaskGroup,
    chain,
    cross_downstream,
    task,
    task_group,
)


def upstream(declared: DAG) -> dict[str, tuple[str, ...]]:
    return {spec.task_id: spec.upstream for spec in declared.to_spec().tasks}


def empties(names: str) -> list[EmptyOperator]:
    return [EmptyOperator(task_id=name) for name in names]


def test_arrows_between_tasks_and_lists() -> None:
    with DAG("x") as declared:
        a, b, c, d, e = empties("abcde")
        a >> [b, c] >> d
        e << [b, c]
        d.set_downstream(e)
    assert upstream(declared) == {
        "a": (),
        "b": ("a",),
        "c": ("a",),
        "d": ("b", "c"),
        "e": ("b", "c", "d"),
    }


def test_the_order_is_topological_with_ties_by_the_authors_order() -> None:
    with DAG("x") as declared:
        late, z, m, a = empties("lzma")
        a >> late
        z >> m
    assert [spec.task_id for spec in declared.to_spec().tasks] == ["z", "m", "a", "l"]


def test_chain_pairs_lists_and_cross_downstream_joins_all() -> None:
    with DAG("x") as declared:
        a, b, c, d, e, f = empties("abcdef")
        chain(a, [b, c], [d, e], f)
    assert upstream(declared) == {"a": (), "b": ("a",), "c": ("a",), "d": ("b",), "e": ("c",), "f": ("d", "e")}
    with DAG("y") as declared:
        a, b, c, d = empties("abcd")
        cross_downstream([a, b], [c, d])
    assert upstream(declared)["c"] == upstream(declared)["d"] == ("a", "b")


def test_chain_refuses_lists_of_different_lengths() -> None:
    with DAG("x"):
        a, b, c, d, e = empties("abcde")
        with pytest.raises(DagDefinitionError, match="a list of 2 next to a list of 3"):
            chain([a, b], [c, d, e])


def test_labels_connect_like_plain_arrows() -> None:
    with DAG("x") as declared:
        a, b, c = empties("abc")
        a >> Label("first") >> [b, c]
        chain(b, Label("then"), c)
    assert upstream(declared) == {"a": (), "b": ("a",), "c": ("a", "b")}
    labels = {spec.task_id: spec.labels for spec in declared.to_spec().tasks}
    assert labels == {"a": (), "b": (("a", "first"),), "c": (("a", "first"), ("b", "then"))}


def test_results_make_edges_wherever_they_stand() -> None:
    with DAG("x") as declared:

        @task
        def give(): ...

        @task
        def take(*args, **kwargs): ...

        take({"deep": [give()]}, other=give.override(task_id="second")())
        PythonOperator(task_id="classic", python_callable=print, op_args=[declared.task("give").output])
    assert upstream(declared)["take"] == ("give", "second")
    assert upstream(declared)["classic"] == ("give",)


def test_a_reader_of_an_asset_follows_every_writer_but_itself() -> None:
    with DAG("x") as declared:
        EmptyOperator(task_id="read", inlets=[Asset("t"), Asset("other")])
        EmptyOperator(task_id="one", outlets=[Asset("t")])
        EmptyOperator(task_id="two", inlets=[Asset("t")], outlets=[Asset("u")])
        EmptyOperator(task_id="self", inlets=[Asset("own")], outlets=[Asset("own")])
        EmptyOperator(task_id="elsewhere", inlets=[Asset("t", connection_id="other")])
    assert upstream(declared) == {"one": (), "read": ("one",), "two": ("one",), "self": (), "elsewhere": ()}


def test_a_cycle_by_assets_names_them() -> None:
    with DAG("x") as declared:
        a = EmptyOperator(task_id="a", inlets=[Asset("t")])
        EmptyOperator(task_id="b", inlets=[Asset("u")], outlets=[Asset("t")]) << EmptyOperator(task_id="c") << a
    with pytest.raises(DagDefinitionError, match=r"cycle: a → c → b → a.*read and write t:"):
        declared.to_spec()


def test_a_cycle_is_named_from_its_first_task() -> None:
    with DAG("x") as declared:
        a, b, c, d = empties("abcd")
        a >> b >> c >> b
        c >> d
    with pytest.raises(DagDefinitionError, match="cycle: b → c → b"):
        declared.to_spec()


def test_writers_of_one_asset_are_shown_to_it_once_each() -> None:
    seen = []

    class Watched(Asset):
        def check_writers(self, task_ids) -> None:
            seen.append(task_ids)

    with DAG("x") as declared:
        EmptyOperator(task_id="a", outlets=[Watched("t")])
        EmptyOperator(task_id="b", outlets=[Watched("t")])
        EmptyOperator(task_id="c", outlets=[Watched("u")])
    declared.to_spec()
    assert set(seen) == {("a", "b")}


def test_groups_prefix_ids_nest_and_stand_for_their_ends() -> None:
    with DAG("x") as declared:
        before, after = empties("ab")
        with TaskGroup("outer", tooltip="box") as outer:
            first = EmptyOperator(task_id="first")
            with TaskGroup("inner") as inner:
                i1, i2 = empties("ij")
            first >> inner
            EmptyOperator(task_id="alone")
        before >> outer >> after
        assert (i1.task_id, i2.group_id) == ("outer.inner.i", "outer.inner")
    assert upstream(declared) == {
        "a": (),
        "outer.first": ("a",),
        "outer.alone": ("a",),
        "outer.inner.i": ("outer.first",),
        "outer.inner.j": ("outer.first",),
        "b": ("outer.alone", "outer.inner.i", "outer.inner.j"),
    }
    groups = [(group.group_id, group.parent, group.tooltip) for group in declared.to_spec().groups]
    assert groups == [("outer", None, "box"), ("outer.inner", "outer", "")]


def test_group_edges_count_tasks_that_join_later() -> None:
    with DAG("x") as declared:
        with TaskGroup("g") as group:
            pass
        a = EmptyOperator(task_id="a")
        group >> a
        with group:
            EmptyOperator(task_id="late")
    assert upstream(declared) == {"g.late": (), "a": ("g.late",)}


def test_group_to_group_and_unprefixed() -> None:
    with DAG("x") as declared:
        with TaskGroup("one", prefix_group_id=False) as one:
            a, b = empties("ab")
            a >> b
        with TaskGroup("two") as two:
            empties("c")
        one >> two
    assert upstream(declared) == {"a": (), "b": ("a",), "two.c": ("b",)}


def test_the_group_decorator_gives_the_functions_result_and_numbers_its_calls() -> None:
    with DAG("x") as declared:

        @task
        def load(n): ...

        @task_group
        def part(n):
            return load(n)

        @task_group(group_id="named", tooltip="t")
        def nothing():
            EmptyOperator(task_id="e")

        part(1) >> nothing()
        part(2)
    assert upstream(declared) == {"part.load": (), "named.e": ("part.load",), "part__1.load": ()}


def test_edges_between_dags_are_refused() -> None:
    with DAG("x"):
        a = EmptyOperator(task_id="a")
    with DAG("y"):
        b = EmptyOperator(task_id="b")
        with pytest.raises(DagDefinitionError, match="not in the same dag"):
            a >> b


@pytest.mark.parametrize("other", ["task_b", 3, None])
def test_arrows_to_anything_else_are_refused(other) -> None:
    with DAG("x"):
        a = EmptyOperator(task_id="a")
        with pytest.raises(DagDefinitionError, match="connect tasks and task groups"):
            a >> other


def test_a_task_cannot_depend_on_itself() -> None:
    with DAG("x"):
        a = EmptyOperator(task_id="a")
        with pytest.raises(DagDefinitionError, match="depend on itself"):
            a >> a


def test_group_ids_and_task_ids_share_one_space() -> None:
    with DAG("x"):
        EmptyOperator(task_id="same")
        with pytest.raises(DagDefinitionError, match="'same' is already used"):
            TaskGroup("same")


def test_compiling_twice_gives_the_same() -> None:
    with DAG("x") as declared:
        a, b = empties("ab")
        with TaskGroup("g") as group:
            empties("c")
        a >> group >> b
    assert declared.to_spec() == declared.to_spec()


def test_what_tasks_will_load_is_known_beforehand() -> None:
    from mulgil.sdk import BashOperator

    with DAG("x") as declared:

        @task
        async def later(): ...

        @task
        def templated(value): ...

        @task
        def plain(value): ...

        later()
        templated({"deep": ["{{ ds }}"]})
        plain("{")
        plain.override(task_id="mapped").expand(value=["{{ ds }}", 1])
        BashOperator(task_id="shell", bash_command="echo {{ ds }}")
    shell = "mulgil.sdk.operators._shell"
    for spec in (declared.to_spec(), declared.to_spec()):
        assert {task.task_id: task.preload for task in spec.tasks} == {
            "later": ("asyncio",),
            "templated": ("jinja2.sandbox",),
            "plain": (),
            "mapped": ("jinja2.sandbox",),
            "shell": ("jinja2.sandbox", shell),
        }
