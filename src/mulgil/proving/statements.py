"""What the source says that no run can show: clocks and chance inside SQL, rows picked without an order.

A database's clock can't be set forward, and a query that picks any rows may pick the same ones each time
it is tried. So SQL is read: that of `load` and `transform`, and SQL in the text of Python functions.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator

import msgspec

from mulgil.data.load import LoadOperator
from mulgil.data.python_source import PythonSource
from mulgil.data.sql_source import SqlSource
from mulgil.data.transform import TransformOperator
from mulgil.sdk import DAG, BaseOperator, MappedOperator, PythonOperator

_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_TEMPLATES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_NAMES = re.compile(r'"(?:[^"]|"")*"')
_STRINGS = re.compile(r"'(?:[^']|'')*'")
_CLOCK = re.compile(
    r"\b(current_date|current_timestamp|current_time|localtimestamp|localtime|sysdate)\b"
    r"|\b(now|today|getdate|get_current_timestamp|get_current_time|transaction_timestamp|statement_timestamp"
    r"|clock_timestamp)\s*\(",
    re.IGNORECASE,
)
_SQLITE_CLOCK = re.compile(r"\b(date|time|datetime|julianday|unixepoch|strftime)\s*\([^()]*'now'", re.IGNORECASE)
_CHANCE = re.compile(
    r"\b(random|rand|uuid|uuidv4|uuidv7|gen_random_uuid|newid|randomblob|nextval|setseed)\s*\("
    r"|\b(using\s+sample|tablesample)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z_]+|[();]")
_IS_SQL = re.compile(r"^\s*(with|select|insert|update|delete|merge|replace|create|copy)\b", re.IGNORECASE)


class Hit(msgspec.Struct, frozen=True):
    """Something in the source: `kind` is `clock`, `chance` or `limit`."""

    kind: str
    task_id: str
    word: str
    file: str
    line: int


def find_hits(dag: DAG) -> tuple[Hit, ...]:
    """Return what a dag's SQL says that makes its result depend on more than its inputs."""
    found: list[Hit] = []
    for task in map(unfolded, dag.tasks):
        for sql, line in _statements(task):
            found += [
                Hit(kind, task.task_id, word, task.origin.file, line or task.origin.line)
                for kind, word in scan_sql(sql)
            ]
    return tuple(dict.fromkeys(found))


def unfolded(task: BaseOperator) -> BaseOperator:
    """Return a task as it runs: of a mapped one, the first instance."""
    return task.unfold(0) if isinstance(task, MappedOperator) and task.values.count else task


def _statements(task: BaseOperator) -> Iterator[tuple[str, int]]:
    if isinstance(task, TransformOperator):
        yield task.sql, 0
    elif isinstance(task, LoadOperator):
        if task.select is not None:
            yield task.select, 0
        if isinstance(task.source, SqlSource):
            yield task.source.sql, 0
        elif isinstance(task.source, PythonSource):
            yield from _sql_in_python(task.source.function)
    elif isinstance(task, PythonOperator):
        yield from _sql_in_python(task.python_callable)


def _sql_in_python(given: Callable[..., object]) -> Iterator[tuple[str, int]]:
    function = inspect.unwrap(given)
    try:
        lines, first = inspect.getsourcelines(function)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, TypeError, SyntaxError):
        # Made by exec, in C, or a lambda in the middle of an expression: there is no source to read.
        return
    for node in ast.walk(tree):
        text = _text_of(node)
        if text is not None and _IS_SQL.match(text):
            yield text, first + getattr(node, "lineno", 1) - 1


def _text_of(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "x" for part in node.values]
        return "".join(str(part) for part in parts)
    return None


def scan_sql(sql: str) -> list[tuple[str, str]]:
    """Return (kind, word) of everything in a query that is clock, chance, or LIMIT without ORDER BY."""
    text = _NAMES.sub('""', _TEMPLATES.sub(" x ", _COMMENTS.sub(" ", sql)))
    found = [("clock", _word(match)) for match in _SQLITE_CLOCK.finditer(text)]
    text = _STRINGS.sub("''", text)
    found += [("clock", _word(match)) for match in _CLOCK.finditer(text)]
    found += [("chance", _word(match)) for match in _CHANCE.finditer(text)]
    found += [("limit", "LIMIT") for _ in range(_unordered_limits(text))]
    return list(dict.fromkeys(found))


def _word(match: re.Match[str]) -> str:
    return re.sub(r"\s+", " ", match[0]).rstrip("( ").strip()


def _unordered_limits(text: str) -> int:
    """Count LIMITs whose own query has no ORDER BY before them: one level of parentheses is one query."""
    count = 0
    ordered = [False]
    before = ""
    for match in _WORD.finditer(text):
        word = match[0].lower()
        if word == "(":
            ordered.append(False)
        elif word == ")":
            if len(ordered) > 1:
                ordered.pop()
        elif word in (";", "union", "except", "intersect"):
            ordered[-1] = False
        elif word == "by" and before == "order":
            ordered[-1] = True
        elif word == "limit" and not ordered[-1]:
            count += 1
        before = word
    return count
