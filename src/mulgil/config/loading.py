"""Reads the settings of a home: the file, then the environment over it.

Whatever can't be understood is an error that names where it stands: a misspelt key that is silently
ignored costs an afternoon.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from mulgil.config import environment
from mulgil.config.errors import SettingsError
from mulgil.config.home import Home
from mulgil.config.settings import Settings, sections, variable_name
from mulgil.i18n import nearest_name

_PREFIX = "MULGIL__"

# What is said of an unknown name, and of one that is like a known one.
_SECTION = ("config.section_unknown", "config.section_unknown_near")
_KEY = ("config.key_unknown", "config.key_unknown_near")
_VARIABLE = ("config.variable_unknown", "config.variable_unknown_near")


def load_settings(home: Home, *, variables: Mapping[str, str] | None = None) -> Settings:
    """Return the home's settings. `variables` stand for the environment where they are given.

    Raises:
        SettingsError: A file or variable has a syntax error, an unknown name or an impossible value.
    """
    given = dict(_from_file(home))
    given.update(_from_variables(environment.variables() if variables is None else variables))
    chosen: dict[str, dict[str, Any]] = {}
    for (section, key), value in given.items():
        chosen.setdefault(section, {})[key] = value
    return msgspec.convert(chosen, Settings, strict=False)


def _from_file(home: Home) -> Iterator[tuple[tuple[str, str], Any]]:
    import tomllib

    where = str(home.settings_file)
    try:
        content = tomllib.loads(home.settings_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError("config.file_unreadable", where=where, why=str(error)) from error
    structs = sections()
    for section, table in content.items():
        if section not in structs:
            raise _unknown(_SECTION, section, structs, where=where, shown=f"[{section}]")
        if not isinstance(table, dict):
            raise SettingsError("config.section_not_a_table", where=where, name=section)
        for key, value in table.items():
            yield (section, key), _checked(value, section, key, where=where, shown=f"{section}.{key}", is_text=False)


def _from_variables(variables: Mapping[str, str]) -> Iterator[tuple[tuple[str, str], Any]]:
    structs = sections()
    known = {variable_name(s, field.name) for s, struct in structs.items() for field in msgspec.structs.fields(struct)}
    for name in sorted(variables):
        if not name.startswith(_PREFIX):
            continue
        if name not in known:
            raise _unknown(_VARIABLE, name, known, where="", shown=name)
        section, key = name.removeprefix(_PREFIX).lower().split("__", 1)
        yield (section, key), _checked(variables[name], section, key, where=name, shown=name, is_text=True)


def _checked(value: Any, section: str, key: str, *, where: str, shown: str, is_text: bool) -> Any:
    types = {field.name: field.type for field in msgspec.structs.fields(sections()[section])}
    if key not in types:
        raise _unknown(_KEY, key, types, where=where, shown=shown)
    try:
        return msgspec.convert(value, types[key], strict=not is_text)
    except msgspec.ValidationError as error:
        code = "config.variable_invalid" if is_text else "config.value_invalid"
        raise SettingsError(code, where=where, key=shown, value=str(value), why=str(error)) from error


def _unknown(codes: tuple[str, str], name: str, known: Collection[str], *, where: str, shown: str) -> SettingsError:
    code, near_code = codes
    nearest = nearest_name(name, known)
    if nearest is None:
        return SettingsError(code, where=where, name=shown, known=", ".join(sorted(known)))
    return SettingsError(near_code, where=where, name=shown, nearest=nearest)
