"""What an author lets happen to a table's columns when the data brings others.

    Table(…, schema="evolve")
    Table(…, schema={"new_columns": "evolve", "types": "freeze", "columns": {"note": "discard"}})

| rule | a new column | a missing column | values of another type |
|---|---|---|---|
| `freeze`, `error` | refused | refused | refused, unless the table's type holds them unchanged |
| `evolve` | added to the table | NULL | the column is widened where it then holds both |
| `discard` | its values are dropped | refused | rows whose value does not fit are set aside or dropped |
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from mulgil.data.errors import DeclarationError
from mulgil.i18n import nearest_name


class Rule(StrEnum):
    """What happens when the data's columns are not the table's."""

    FREEZE = "freeze"
    EVOLVE = "evolve"
    DISCARD = "discard"


class Change(StrEnum):
    """How the data's columns differ."""

    NEW = "new_columns"
    MISSING = "missing_columns"
    TYPE = "types"


_ALIASES = {"error": "freeze"}
_COLUMNS = "columns"
_KEYS = (*Change, _COLUMNS)
_WORDS = (*Rule, *_ALIASES)


class SchemaContract(msgspec.Struct, frozen=True, kw_only=True):
    """A rule for each way in which columns differ; `columns` has those of single columns, by name in lower case."""

    new_columns: Rule = Rule.FREEZE
    missing_columns: Rule = Rule.FREEZE
    types: Rule = Rule.FREEZE
    columns: tuple[tuple[str, Rule], ...] = ()

    def rule(self, change: Change, column: str) -> Rule:
        """Return what happens to `column`."""
        own = dict(self.columns).get(column.casefold())
        if own is not None:
            return own
        match change:
            case Change.NEW:
                return self.new_columns
            case Change.MISSING:
                return self.missing_columns
            case Change.TYPE:
                return self.types


def read_contract(table: str, declared: str | Mapping[str, object]) -> SchemaContract:
    """Read `schema=` of a table: one word for everything, or a mapping.

    Raises:
        DeclarationError: A word is unknown.
    """
    if isinstance(declared, str):
        rule = _rule(table, declared)
        return SchemaContract(new_columns=rule, missing_columns=rule, types=rule)
    if not isinstance(declared, Mapping):
        raise _unknown(table, declared, _WORDS)
    for key in declared:
        if key not in _KEYS:
            raise _unknown(table, key, _KEYS)
    columns = declared.get(_COLUMNS, {})
    if not isinstance(columns, Mapping):
        raise _unknown(table, columns, ("{'column': 'evolve'}",))
    found = {change.value: _rule(table, declared[change.value]) for change in Change if change.value in declared}
    return SchemaContract(
        new_columns=found.get(Change.NEW.value, Rule.FREEZE),
        missing_columns=found.get(Change.MISSING.value, Rule.FREEZE),
        types=found.get(Change.TYPE.value, Rule.FREEZE),
        columns=tuple(sorted((str(name).casefold(), _rule(table, word)) for name, word in columns.items())),
    )


def _rule(table: str, word: object) -> Rule:
    try:
        return Rule(_ALIASES.get(str(word), str(word)))
    except ValueError:
        raise _unknown(table, word, _WORDS) from None


def _unknown(table: str, value: object, known: tuple[str, ...]) -> DeclarationError:
    word = str(value)[:80]
    listed = ", ".join(known)
    guess = nearest_name(word, known)
    if guess is None:
        return DeclarationError("data.schema_rule", table=table, word=word, known=listed)
    return DeclarationError("data.schema_rule_guess", table=table, word=word, known=listed, guess=str(guess))
