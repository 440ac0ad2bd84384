"""Each rule of the name check: what it refuses, and what it lets pass."""

import check_names
import pytest
from check_names import parse_module, prose, spelling
from glossary import Term, read_terms, refused_spellings


def messages(rule: str, text: str, *, path: str = "src/mulgil/sdk/thing.py") -> list[str]:
    """What `rule` says about a module."""
    return [finding.message for finding in getattr(check_names, rule)(parse_module(text, path=path))]


@pytest.mark.parametrize("path", ["src/mulgil/core/__init__.py", "src/mulgil/sdk/utils.py"])
def test_refuses_junk_drawers(path: str) -> None:
    assert messages("module_names", "", path=path)


def test_lets_a_module_be_named_after_what_it_holds() -> None:
    assert not messages("module_names", "", path="src/mulgil/sdk/task_group.py")


@pytest.mark.parametrize(
    "text", ["import os", '"""Doc."""\nX = 1', '"""Doc."""\ndef f(): ...', '"""Doc."""\nif True:\n    import os']
)
def test_refuses_an_init_that_does_something(text: str) -> None:
    assert messages("init_purity", text, path="src/mulgil/sdk/__init__.py")


def test_lets_an_init_reexport() -> None:
    text = '"""Doc."""\nfrom mulgil.sdk.dag import DAG\n__all__ = ["DAG"]'
    assert not messages("init_purity", text, path="src/mulgil/sdk/__init__.py")


ROOT = '''
"""Doc."""
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mulgil.sdk import DAG

_HOMES = {"DAG": "mulgil.sdk"}
_DATA_NAMES = frozenset({"Table"})

def __getattr__(name: str) -> object:
    return getattr(import_module(_HOMES[name]), name)
'''


def test_lets_only_the_root_resolve_names_late() -> None:
    assert not messages("init_purity", ROOT, path="src/mulgil/__init__.py")
    assert len(messages("init_purity", ROOT, path="src/mulgil/sdk/__init__.py")) == 4
    assert messages("init_purity", ROOT + "\nprint()", path="src/mulgil/__init__.py")


@pytest.mark.parametrize("name", ["IStore", "BaseStore", "AbstractStore", "StoreManager", "StoreHelper", "StoreImpl"])
def test_refuses_class_names_that_say_nothing(name: str) -> None:
    assert messages("class_names", f"class {name}: ...")


@pytest.mark.parametrize("name", ["BaseOperator", "IdSource", "ISODate", "Baseline", "Interval"])
def test_lets_other_class_names_pass(name: str) -> None:
    assert not messages("class_names", f"class {name}: ...")


def test_wants_errors_in_their_tree() -> None:
    text = "class DeepError(SdkError): ..."
    assert messages("error_trees", text) == ["error `DeepError` belongs into its package's errors.py"]
    assert messages("error_trees", text, path="src/mulgil/sdk/errors.py")
    drawn = f'"""Errors.\n\nSdkError\n└── DeepError\n"""\n{text}'
    assert not messages("error_trees", drawn, path="src/mulgil/sdk/errors.py")


def test_lets_a_programming_error_stand_beside_its_function() -> None:
    assert not messages("error_trees", "class UnknownCodeError(LookupError): ...")


@pytest.mark.parametrize("text", ["def f(ti): ...", "ds = 1", "f(execution_date=1)", "import pyarrow.dataset as ds"])
def test_refuses_short_names_outside_the_template_context(text: str) -> None:
    assert messages("identifiers", text)
    assert not messages("identifiers", text, path="src/mulgil/sdk/context.py")


def test_keeps_private_modules_inside_their_package() -> None:
    text = "from mulgil.cli._output import show"
    assert messages("private_imports", text) == ["`mulgil.cli._output.show` is private to `mulgil.cli`"]
    assert not messages("private_imports", text, path="src/mulgil/cli/dags.py")
    assert not messages("private_imports", text, path="src/mulgil/cli/deep/er.py")
    assert messages("private_imports", "from mulgil.sdk.dag import _x", path="src/mulgil/sdk/task.py")


GLOSSARY = """
| term | 한국어 | meaning | not |
|---|---|---|---|
| **dag run** | DAG 실행 | one run | dagrun, dag-run |
| **target** | 타깃 | a system | 타겟 |
"""


def test_reads_the_glossary() -> None:
    assert list(read_terms(GLOSSARY)) == [
        Term("dag run", "DAG 실행", "one run", ("dagrun", "dag-run")),
        Term("target", "타깃", "a system", ("타겟",)),
    ]


@pytest.mark.parametrize("line", ["A dagrun ends.", "Dag-runs end.", "See the dagrun"])
def test_refuses_other_spellings(line: str) -> None:
    assert [finding.line for finding in spelling("docs/x.md", line, refused_spellings(read_terms(GLOSSARY)))] == [1]


@pytest.mark.parametrize("line", ["A dag run ends.", "`dagrun`", "[x](dagrun.md)", "dagrun_timeout", "dag-running"])
def test_lets_code_and_other_words_pass(line: str) -> None:
    assert not list(spelling("docs/x.md", line, refused_spellings(read_terms(GLOSSARY))))


def test_finds_korean_spellings_before_particles() -> None:
    (finding,) = spelling("README.ko.md", "타겟을 씁니다", refused_spellings(read_terms(GLOSSARY)))
    assert "타깃" in finding.message


def test_reads_prose_and_passes_over_code() -> None:
    assert [line for _, line in prose("a.md", "one\n```\ncode\n```\ntwo")] == ["one", "two"]
    python = '"""Doc."""\nx = "value"  # why\n'
    assert [line for _, line in prose("src/mulgil/a.py", python)] == ['"""Doc."""', "# why"]
    assert '"value"' in [line for _, line in prose("src/mulgil/i18n/en/a.py", python)]
