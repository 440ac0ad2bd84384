"""SQL templates that render by type: a value never becomes SQL text by accident.

Jinja renders the template with a marker in the place of every expression; then the text is read as SQL
and each marker becomes what its place and its value ask for:

    {{ flights }}            a Table → its quoted name
    {{ ds }}, {{ x }}        any other value → a bound parameter (or a literal of the dialect)
    {{ ids }}                a list → (…, …), for IN
    '{{ ds }}'               inside a quoted string → the value's text, escaped for those quotes
    "{{ name }}"             inside a quoted name → likewise
    {{ snippet | sql }}      the author says that this text *is* SQL; macros and set blocks are, too
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from mulgil.data.date_comparison import Comparison, comparison_at
from mulgil.data.errors import SqlTemplateError
from mulgil.data.table import Table
from mulgil.data.target import Dialect

if TYPE_CHECKING:
    from jinja2.nodes import Node, Template
    from jinja2.sandbox import SandboxedEnvironment

_MARK = "\x00"
# The parts of SQL text that quotes and comments make, and markers; everything else is plain.
_TOKEN = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\r\n]*|/\*.*?\*/|(?P<tag>\$\w*\$).*?(?P=tag)|\x00\d+\x00|\?""", re.DOTALL
)
_MARKER = re.compile(r"\x00(\d+)\x00")
_NOT_A_WORD = re.compile(r"[^\w .:,+'-]")
# Filters that declare a value to be safe for HTML: here that would declare it to be SQL.
_HTML_FILTERS = ("e", "escape", "forceescape", "safe", "tojson", "urlize", "xmlattr")


class RenderedSql(msgspec.Struct, frozen=True):
    """SQL with question marks, what stands for them, and which columns dates and instants are compared with."""

    sql: str
    params: tuple[object, ...] = ()
    comparisons: tuple[Comparison, ...] = ()


class DateText(str):
    """A date that templates see as text (`ds`) and SQL as a date."""

    __slots__ = ()


class InstantText(str):
    """An instant that templates see as text (`ts`) and SQL as a timestamp."""

    __slots__ = ()


def names_in(template: str) -> frozenset[str]:
    """Return the names that a template uses and doesn't set itself.

    Raises:
        SqlTemplateError: It is no template.
    """
    from jinja2 import TemplateError, meta

    try:
        parsed = _environment().parse(template)
        _refuse_glue(parsed)
        return frozenset(meta.find_undeclared_variables(parsed))
    except TemplateError as error:
        raise SqlTemplateError("data.sql_template", template=template[:300], why=str(error)) from error


def render_sql(
    template: str, values: Mapping[str, object], dialect: Dialect, *, has_parameters: bool = True
) -> RenderedSql:
    """Return the statement that `template` says with `values`.

    Raises:
        SqlTemplateError: A name is unknown, an expression fails, or a value has no place in SQL.
    """
    from jinja2 import TemplateError, pass_context

    found: list[object] = []

    @pass_context
    def mark(_: object, value: object) -> object:
        # A finalizer that takes the context is never applied while compiling, when constants would be escaped as HTML.
        return _mark(value, found)

    overlay = _environment().overlay(finalize=mark)
    used = {name: values[name] for name in names_in(template) if name in values}
    try:
        text = overlay.from_string(template).render(_Typed(used))
    except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError, AttributeError) as error:
        why = f"{type(error).__name__}: {error}"
        raise SqlTemplateError("data.sql_template", template=template[:300], why=why) from error
    params: list[object] = []
    text = text.strip().rstrip(";")
    parts = _parts(text, found, dialect, params if has_parameters else None)
    return RenderedSql("".join(parts), tuple(params), tuple(_comparisons(text, found)))


def _comparisons(text: str, found: list[object]) -> Iterator[Comparison]:
    for token in _TOKEN.finditer(text):
        marker = _MARKER.fullmatch(token[0])
        value = found[int(marker[1])] if marker is not None else None
        if isinstance(value, date | DateText | InstantText):
            is_instant = isinstance(value, datetime | InstantText)
            compared = comparison_at(text, token.start(), token.end(), is_instant=is_instant)
            if compared is not None:
                yield compared


def _refuse_glue(parsed: "Template") -> None:
    """Refuse to glue or filter what is SQL already: the other part would become SQL text with it.

    SQL is what `| sql`, macros and set blocks make; each may only be put into the text as it is.
    """
    from jinja2 import TemplateSyntaxError, nodes

    blocks = {node.target.name for node in parsed.find_all(nodes.AssignBlock) if isinstance(node.target, nodes.Name)}
    written = blocks | {node.name for node in parsed.find_all(nodes.Macro)}

    def is_sql(node: "Node") -> bool:
        names = {node.name} if isinstance(node, nodes.Name) else {name.name for name in node.find_all(nodes.Name)}
        is_filtered = isinstance(node, nodes.Filter) and node.name == "sql"
        return bool(names & written) or is_filtered or any(each.name == "sql" for each in node.find_all(nodes.Filter))

    for assignment in parsed.find_all(nodes.Assign):
        if is_sql(assignment.node):
            written |= {name.name for name in assignment.find_all(nodes.Name) if name.ctx == "store"}
    glue = (nodes.Concat, nodes.BinExpr, nodes.Filter, nodes.Getattr, nodes.FilterBlock)
    for node in parsed.find_all(glue):
        if any(is_sql(child) for child in node.iter_child_nodes()):
            raise TemplateSyntaxError("SQL made by | sql, a macro or a set block can't be changed", node.lineno)


class _Typed(dict[str, object]):
    """Values with `ds` and `ts` as dates and instants."""

    def __init__(self, values: Mapping[str, object]) -> None:
        super().__init__(values)
        for name, kind in (("ds", DateText), ("ts", InstantText)):
            if isinstance(text := self.get(name), str):
                self[name] = kind(text)


def _mark(value: object, found: list[object]) -> object:
    from jinja2 import Undefined
    from markupsafe import Markup

    if isinstance(value, Markup):
        return value
    if isinstance(value, Undefined):
        # An inline `if` without `else` is nothing; every other undefined name raises here.
        return Markup(str(value))
    found.append(value)
    return Markup(f"{_MARK}{len(found) - 1}{_MARK}")


def _parts(text: str, found: list[object], dialect: Dialect, params: list[object] | None) -> Iterator[str]:
    end = 0
    for token in _TOKEN.finditer(text):
        yield text[end : token.start()]
        end = token.end()
        _refuse_place(token[0], before=text[: token.start()][-1:])
        yield _rendered(token[0], found, dialect, params)
    yield text[end:]


def _refuse_place(token: str, *, before: str) -> None:
    """Refuse values in quotes whose rules for escaping are not those of plain SQL strings."""
    is_special = token[0] == "$" or (token[0] == "'" and before in tuple("eExXbB&"))
    if is_special and _MARKER.search(token) and not _MARKER.fullmatch(token):
        raise SqlTemplateError("data.sql_value_place", quotes="$$ … $$" if token[0] == "$" else f"{before}'…'")


def _rendered(token: str, found: list[object], dialect: Dialect, params: list[object] | None) -> str:
    marker = _MARKER.fullmatch(token)
    if marker is not None:
        return _bare(found[int(marker[1])], dialect, params)
    if token == "?":
        raise SqlTemplateError("data.sql_question_mark")
    quote = token[0] if token[0] in "'\"" else ""
    return (
        _MARKER.sub(lambda each: _text(found[int(each[1])]).replace(quote, quote * 2), token)
        if quote
        else (_MARKER.sub(lambda each: _in_comment(_text(found[int(each[1])])), token))
    )


def _bare(value: object, dialect: Dialect, params: list[object] | None) -> str:
    if isinstance(value, Table):
        return dialect.qualified(value.name)
    if isinstance(value, list | tuple | set | frozenset):
        return "(" + ", ".join(_bare(item, dialect, params) for item in value) + ")"
    plain = _plain(value)
    if params is None or plain is None:
        return dialect.literal(plain)
    params.append(plain)
    return "?"


def _plain(value: object) -> object:
    match value:
        case DateText():
            return date.fromisoformat(value)
        case InstantText():
            return datetime.fromisoformat(value)
        case None | bool() | int() | float() | Decimal() | str() | date() | time():
            return value
        case _:
            raise SqlTemplateError("data.no_literal", type=type(value).__name__, value=str(value)[:80])


def _text(value: object) -> str:
    return value.name if isinstance(value, Table) else str(value)


def _in_comment(text: str) -> str:
    """Keep words and numbers only: nothing that ends a comment, by itself or with what stands beside it."""
    return _NOT_A_WORD.sub(" ", text)


@cache
def _environment() -> "SandboxedEnvironment":
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment
    from markupsafe import Markup

    from mulgil.sdk.instants import FILTERS

    # Escaping marks what is SQL (macros, set blocks, `| sql`) as Markup and leaves values to `finalize`.
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True, keep_trailing_newline=True)
    environment.filters.update(FILTERS)
    for name in _HTML_FILTERS:
        del environment.filters[name]
    environment.filters["sql"] = Markup
    return environment
