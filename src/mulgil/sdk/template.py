"""Rendering of template fields with Jinja, in its sandbox; Jinja is loaded only when there is something to render."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from mulgil.sdk._containers import map_items
from mulgil.sdk.errors import TemplateFieldError
from mulgil.sdk.instants import FILTERS
from mulgil.sdk.scope import DagScope

if TYPE_CHECKING:
    from jinja2 import Environment

_MARKS = ("{{", "{%", "{#")


def render_value(value: object, context: Mapping[str, object], *, field: str, dag: DagScope) -> object:
    """Return `value` with every template in it rendered; lists, tuples, sets and dicts are walked through.

    Values without templates are returned as they are, the same object.

    Raises:
        TemplateFieldError: A template is wrong or names something that the context doesn't have.
    """
    if isinstance(value, str):
        return _render_text(value, context, field, dag) if has_template(value) else value
    if isinstance(value, Mapping):
        return {key: render_value(item, context, field=f"{field}[{key!r}]", dag=dag) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return map_items(value, lambda number, item: render_value(item, context, field=f"{field}[{number}]", dag=dag))
    return value


def has_template(value: object) -> bool:
    """Whether there is anything to render in `value`."""
    if isinstance(value, str):
        return "{" in value and any(mark in value for mark in _MARKS)
    if isinstance(value, Mapping):
        return any(has_template(item) for item in value.values())
    return isinstance(value, list | tuple | set | frozenset) and any(has_template(item) for item in value)


def _render_text(text: str, context: Mapping[str, object], field: str, dag: DagScope) -> str:
    from jinja2 import TemplateError

    environment = _environment(tuple(sorted(dag.user_defined_filters.items())), dag.template_folders())
    try:
        return environment.from_string(text).render(context)
    except TemplateError as error:
        where = {"field": field, "template": text[:300], "why": error.message or type(error).__name__}
        raise TemplateFieldError("template.failed", **where) from error
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError) as error:
        where = {"field": field, "template": text[:300], "why": f"{type(error).__name__}: {error}"}
        raise TemplateFieldError("template.failed", **where) from error


@lru_cache(maxsize=8)
def _environment(filters: tuple[tuple[str, Callable[..., object]], ...], folders: tuple[str, ...]) -> Environment:
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        undefined=StrictUndefined, keep_trailing_newline=True, loader=FileSystemLoader(folders)
    )
    environment.filters.update(FILTERS)
    environment.filters.update(dict(filters))
    return environment
