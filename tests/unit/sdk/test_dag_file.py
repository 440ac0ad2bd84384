"""Loading dag files from a root that isn't where their author keeps them."""

from __future__ import annotations

import dataclasses
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from mulgil.sdk import DagDefinitionError, DagFileError, LoadedDagFile, load_dag_file

SHOWN = Path("/home/author/dags")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def write(root: Path) -> Callable[..., None]:
    def put(file: str, text: str, *, under: Path | None = None) -> None:
        path = (under or root) / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))

    return put


@pytest.fixture(autouse=True)
def clean_modules() -> Iterator[None]:
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def load(root: Path, file: str) -> LoadedDagFile:
    return load_dag_file(root, file, bundle="dags", shown_root=SHOWN)


def test_dags_come_in_the_order_of_their_creation_with_the_authors_lines(root, write) -> None:
    write(
        "a.py",
        """
        from mulgil import DAG, EmptyOperator
        with DAG("zebra"):
            EmptyOperator(task_id="one")
        for name in ("b", "a"):
            DAG(name)
        """,
    )
    loaded = load(root, "a.py")
    assert [dag.dag_id for dag in loaded.dags] == ["zebra", "b", "a"]
    zebra = loaded.specs()[0]
    assert (zebra.file, zebra.line, zebra.tasks[0].line) == ("a.py", 3, 4)
    assert loaded.dag("zebra").origin.file == "/home/author/dags/a.py"
    with pytest.raises(DagFileError, match=r"no dag 'zebr'\. Nearest: zebra"):
        loaded.dag("zebr")


def test_local_imports_come_from_the_root_and_from_the_files_folder(root, write) -> None:
    write("shared/__init__.py", "")
    write("shared/names.py", "from . import more\nNAME = 'from_' + more.WHERE\n")
    write("shared/more.py", "WHERE = 'root'\n")
    write("plain/inner.py", "VALUE = 'namespace'\n")
    write("team/beside.py", "VALUE = 'beside'\n")
    write(
        "team/a.py",
        """
        from mulgil import DAG, EmptyOperator
        from shared.names import NAME
        from plain import inner
        import beside
        with DAG("x"):
            for name in (NAME, inner.VALUE, beside.VALUE):
                EmptyOperator(task_id=name)
        """,
    )
    assert [task.task_id for task in load(root, "team/a.py").specs()[0].tasks] == ["from_root", "namespace", "beside"]


def test_the_standard_library_cannot_be_shadowed(root, write) -> None:
    write("json.py", "raise RuntimeError('wrong json')")
    write("a.py", "import json\nfrom mulgil import DAG\nDAG(json.loads('\"x\"'))\n")
    assert load(root, "a.py").dags[0].dag_id == "x"


def test_two_roots_do_not_mix_their_modules(tmp_path, write) -> None:
    for version in ("one", "two"):
        under = tmp_path / version
        write("steps.py", f"NAME = {version!r}\n", under=under)
        write(
            "a.py",
            """
            from mulgil import dag, task
            from steps import NAME
            @dag(NAME)
            def make():
                @task
                def late():
                    import steps
                    return steps.NAME
                late()
            make()
            """,
            under=under,
        )
    one, two = (load(tmp_path / version, "a.py") for version in ("one", "two"))
    assert [one.dags[0].dag_id, two.dags[0].dag_id] == ["one", "two"]
    assert one.module.__name__ != two.module.__name__
    for loaded, name in ((one, "one"), (two, "two"), (one, "one")):
        loaded.activate()
        assert loaded.dags[0].task("late").python_callable() == name


def test_files_beside_the_dag_file_are_the_roots(root, write) -> None:
    write("names.txt", "pinned")
    write(
        "a.py",
        "from pathlib import Path\nfrom mulgil import DAG\nDAG((Path(__file__).parent / 'names.txt').read_text())\n",
    )
    assert load(root, "a.py").dags[0].dag_id == "pinned"


def test_tracebacks_show_the_authors_path_and_the_imported_lines(root, write) -> None:
    write("helper.py", "def fail():\n    raise ValueError('no')  # pinned line\n")
    write("a.py", "import helper\nhelper.fail()  # first line\n")
    with pytest.raises(ValueError, match="no") as caught:
        load(root, "a.py")
    text = "".join(traceback.format_exception(caught.value))
    assert 'File "/home/author/dags/helper.py", line 2' in text
    assert "# pinned line" in text
    assert "# first line" in text
    assert str(root) not in text.split("/home/author/dags/a.py", 1)[1]


def test_a_dag_belongs_to_the_file_whose_top_level_built_it(root, write) -> None:
    write("factory.py", "from mulgil import DAG\ndef make(name):\n    return DAG(name)\nown = make('of_factory')\n")
    write("a.py", "from factory import make, own\nmade = make('of_a')\n")
    assert [dag.dag_id for dag in load(root, "a.py").dags] == ["of_a"]
    spec = load(root, "a.py").specs()[0]
    assert (spec.file, spec.line) == ("a.py", 2)
    assert [dag.dag_id for dag in load(root, "factory.py").dags] == ["of_factory"]


def test_nothing_of_the_loading_process_leaks_into_the_file(root, write) -> None:
    from mulgil.sdk import DAG

    write("a.py", "from mulgil import DAG, EmptyOperator\nDAG('x')\nEmptyOperator(task_id='loose')\n")
    with DAG("outer") as outer:
        loaded = load(root, "a.py")
    assert (outer.tasks, loaded.dags[0].tasks) == ((), ())


def test_one_id_twice_in_a_file_is_refused(root, write) -> None:
    write("a.py", "from mulgil import DAG\nDAG('x')\n\nDAG('x')\n")
    with pytest.raises(DagFileError, match=r"/home/author/dags/a\.py:4: dag id 'x' is already used in line 2"):
        load(root, "a.py")


def test_a_missing_file_and_a_failing_one_leave_nothing_behind(root, write) -> None:
    with pytest.raises(DagFileError, match=r"/home/author/dags/none\.py"):
        load(root, "none.py")
    write("a.py", "from mulgil import DAG\nwith DAG('x'):\n    1 / 0\n")
    before = set(sys.modules)
    with pytest.raises(ZeroDivisionError):
        load(root, "a.py")
    assert not [name for name in set(sys.modules) - before if name.startswith("mulgil_dag_")]
    write("b.py", "from mulgil import EmptyOperator\nassert EmptyOperator(task_id='a').scope is None\n")
    assert load(root, "b.py").dags == ()


def test_errors_name_the_authors_line(root, write) -> None:
    write("a.py", "from mulgil import DAG, EmptyOperator\nwith DAG('x'):\n    EmptyOperator(task_id='a', retires=1)\n")
    with pytest.raises(DagDefinitionError, match=r"^/home/author/dags/a\.py:3: "):
        load(root, "a.py")


def test_dataclasses_and_annotations_of_dag_files_work(root, write) -> None:
    write(
        "a.py",
        """
        from __future__ import annotations
        from dataclasses import dataclass
        from typing import get_type_hints
        from mulgil import DAG

        @dataclass
        class Row:
            n: int

        assert get_type_hints(Row) == {"n": int}
        DAG("x")
        """,
    )
    loaded = load(root, "a.py")
    assert dataclasses.asdict(loaded.module.Row(3)) == {"n": 3}


def test_no_bytecode_is_written_into_the_root(root, write) -> None:
    write("helper.py", "")
    write("a.py", "import helper\n")
    load(root, "a.py")
    assert sorted(path.name for path in root.iterdir()) == ["a.py", "helper.py"]


def test_a_file_in_any_encoding_that_python_reads(root) -> None:
    (root / "a.py").write_bytes("# coding: cp949\nfrom mulgil import DAG\nDAG('물길')\n".encode("cp949"))
    assert load(root, "a.py").dags[0].dag_id == "물길"


def test_a_dag_function_that_is_never_called_is_told_if_the_file_has_no_dag(root, write) -> None:
    head = "from mulgil import DAG, dag\n\n@dag(schedule='@daily')\ndef sales():\n    pass\n"
    write("a.py", head)
    with pytest.raises(DagFileError, match=r"a\.py:3: the @dag function 'sales' is never called.*: sales\(\)"):
        load(root, "a.py")

    write("b.py", head + "DAG('other')\n")
    assert [dag.dag_id for dag in load(root, "b.py").dags] == ["other"]
    # What needs arguments is a factory for other files, and what is imported is another file's.
    write("factory.py", "from mulgil import dag\n\n@dag\ndef per_store(store):\n    pass\n")
    write("c.py", "from factory import per_store\n")
    assert load(root, "factory.py").dags == load(root, "c.py").dags == ()
