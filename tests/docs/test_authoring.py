"""The pages for authors name everything that authors can use."""

import inspect
from collections.abc import Iterable

import pytest
from pages import REPOSITORY, blocks, code_spans

import mulgil
from mulgil.connectors.files import CsvSource
from mulgil.connectors.http import HttpSource
from mulgil.data.arrow_type import _SIMPLE
from mulgil.model import ExecutorName, TriggerRule
from mulgil.sdk._arguments import CALLBACKS, NOT_YET
from mulgil.sdk.context import CONTEXT_NAMES
from mulgil.sdk.dag import DagArguments
from mulgil.sdk.task_settings import OperatorArguments


def missing(names: Iterable[str], page: str) -> list[str]:
    """Return the names that stand in no code of the page."""
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    code = " ".join([*code_spans(text), *(block.body for block in blocks(text))])
    words = set("".join(letter if letter.isidentifier() or letter.isdigit() else " " for letter in code).split())
    return sorted(set(names) - words)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(mulgil.__all__, id="public names"),
        pytest.param(DagArguments.__annotations__, id="arguments of a dag"),
        pytest.param(OperatorArguments.__annotations__, id="arguments of a task"),
        pytest.param(CONTEXT_NAMES, id="names of the context"),
        pytest.param([rule.value for rule in TriggerRule], id="trigger rules"),
        pytest.param(_SIMPLE, id="types of columns"),
        pytest.param([name.value for name in ExecutorName], id="executors"),
        *(pytest.param(inspect.signature(each).parameters, id=each.__name__) for each in (HttpSource, CsvSource)),
    ],
)
def test_every_name_is_documented(names: Iterable[str]) -> None:
    assert missing(names, "docs/reference/authoring.md") == []


def test_every_argument_that_is_not_here_yet_has_an_alternative() -> None:
    assert missing(NOT_YET | CALLBACKS, "docs/airflow-differences.md") == []
