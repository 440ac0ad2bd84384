"""Template fields that name a file: `BashOperator(bash_command="load.sh")` runs what stands in load.sh.

A value is a file's name if it ends with one of the operator's `template_ext`, is relative and has no
space. It is looked for beside the dag file, then in the dag's `template_searchpath`, then in the bundle.
Files are read when the dag is compiled, too: one that is missing is found then, and what is read then
belongs to the version of the dag.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import ClassVar, Protocol

from mulgil.sdk.errors import DagDefinitionError
from mulgil.sdk.origin import Origin
from mulgil.sdk.scope import DagScope
from mulgil.sdk.template import has_template


class _Templated(Protocol):
    template_fields: ClassVar[Sequence[str]]
    template_ext: ClassVar[Sequence[str]]
    origin: Origin

    @property
    def task_id(self) -> str: ...

    @property
    def dag(self) -> DagScope: ...


def check_templates(operator: _Templated) -> bool:
    """Read every template file that the operator names; return whether it has anything to render.

    Raises:
        DagDefinitionError: A file is nowhere.
    """
    fields = [
        read_template_file(getattr(operator, name, None), operator, field=name) for name in operator.template_fields
    ]
    return any(has_template(value) for value in fields)


def read_template_file(value: object, operator: _Templated, *, field: str) -> object:
    """Return the contents of the file that `value` names; a value that names none is returned as it is.

    Raises:
        DagDefinitionError: It names a file that is nowhere.
    """
    if not isinstance(value, str) or not value.endswith(tuple(operator.template_ext) or ("\0",)):
        return value
    if os.path.isabs(value) or any(char.isspace() for char in value):  # noqa: PTH117 - keeps pathlib unloaded
        return value
    folders = operator.dag.template_folders()
    for folder in folders:
        path = os.path.join(folder, value)  # noqa: PTH118 - keeps pathlib unloaded
        if os.path.isfile(path):  # noqa: PTH113 - keeps pathlib unloaded
            with open(path, encoding="utf-8") as file:  # noqa: PTH123 - keeps pathlib unloaded
                return file.read()
    raise DagDefinitionError(
        "sdk.no_template_file",
        file=operator.origin.file,
        line=operator.origin.line,
        task_id=operator.task_id,
        field=field,
        name=value,
    )
