"""Types of columns, the same for sources and tables and on every target, as authors write them.

    {"id": "bigint not null", "amount": "decimal(18, 2)", "at": "timestamp[us, UTC]", "tags": "list<string>"}

A type is known by one name here, Arrow's; the words of SQL are aliases. Each target spells it in its own
way (`Dialect.column_type`). Nothing here needs pyarrow: declarations load nothing heavy.
"""

import re

import msgspec

from mulgil.data.errors import DeclarationError

# Every simple type by its aliases.
_ALIASES = {
    "bool": ("bool", "boolean", "bit"),
    "int8": ("int8", "tinyint"),
    "int16": ("int16", "smallint"),
    "int32": ("int32",),
    "int64": ("int64", "int", "integer", "bigint", "long"),
    "uint8": ("uint8", "utinyint"),
    "uint16": ("uint16", "usmallint"),
    "uint32": ("uint32", "uinteger"),
    "uint64": ("uint64", "ubigint"),
    "float32": ("float32", "real"),
    "float64": ("float64", "float", "double"),
    "string": ("string", "str", "text", "varchar", "char", "large_string", "string_view"),
    "binary": ("binary", "blob", "bytea", "bytes", "large_binary"),
    "date": ("date", "date32", "date64"),
    "time": ("time", "time32", "time64"),
    "timestamp": ("timestamp", "datetime"),
    "timestamptz": ("timestamptz",),
    "decimal": ("decimal", "numeric", "decimal128"),
    "list": ("list", "array", "large_list"),
    "struct": ("struct", "row"),
    "map": ("map",),
}
_NAMES = {alias: name for name, aliases in _ALIASES.items() for alias in aliases}
KNOWN = ", ".join(
    [
        *("bool", "int8", "int16", "int32", "int64 (int, bigint)", "uint8", "uint16", "uint32", "uint64"),
        *("float32", "float64 (float, double)", "string (text, varchar(20))", "binary", "date", "time"),
        *("timestamp[us]", "timestamp[us, UTC]", "decimal(18, 2)"),
        *("list<int64>", "struct<a: int64, b: string>", "map<string, int64>"),
    ]
)
_TOKEN = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([\w/+.-]+)|([<>()\[\],:=]))')
_ZONED = re.compile(r"\s+with\s+time\s+zone\b|\s+without\s+time\s+zone\b", re.IGNORECASE)
_NOT_NULL = re.compile(r"\s+not\s+null\s*$", re.IGNORECASE)
_DOUBLE_PRECISION = re.compile(r"\bdouble\s+precision\b", re.IGNORECASE)
_UNITS = ("s", "ms", "us", "ns")
_CLOSES = {"(": ")", "<": ">", "[": "]"}
# The widest that Arrow's 128-bit decimals, and every target's, hold.
MOST_DIGITS = 38


class Field(msgspec.Struct, frozen=True):
    """A part of a nested type; an item of a list has no name."""

    name: str
    type: "ColumnType"


class ColumnType(msgspec.Struct, frozen=True, kw_only=True):
    """A type: its name, and what belongs to it.

    `length` bounds a string, in characters. `unit` and `zone` are a timestamp's: without a zone it is
    naive, with one it is an instant. `fields` are the parts of a list (1), a map (key, value), a struct.
    """

    name: str
    length: int | None = None
    precision: int = 0
    scale: int = 0
    unit: str = "us"
    zone: str | None = None
    fields: tuple[Field, ...] = ()

    @property
    def is_nested(self) -> bool:
        """Whether it has parts."""
        return bool(self.fields)

    def __str__(self) -> str:
        """Spell it so that `parse_type` reads it again."""
        match self.name:
            case "string":
                return "string" if self.length is None else f"varchar({self.length})"
            case "timestamp":
                return f"timestamp[{self.unit}{f', {self.zone}' if self.zone else ''}]"
            case "decimal":
                return f"decimal({self.precision}, {self.scale})"
            case "struct":
                return f"struct<{', '.join(f'{_quoted(field.name)}: {field.type}' for field in self.fields)}>"
            case "list" | "map":
                return f"{self.name}<{', '.join(str(field.type) for field in self.fields)}>"
            case _:
                return self.name


class DeclaredColumn(msgspec.Struct, frozen=True):
    """A column as the author of a table declares it."""

    name: str
    type: ColumnType
    is_nullable: bool = True


def declared_column(name: str, text: str) -> DeclaredColumn:
    """Read one declared column, such as `"bigint not null"`.

    Raises:
        DeclarationError: It names no type.
    """
    without = _NOT_NULL.sub("", text)
    return DeclaredColumn(name, parse_type(without, column=name), is_nullable=without == text)


def parse_type(text: str, *, column: str) -> ColumnType:
    """Return the type that `text` names.

    Raises:
        DeclarationError: It names none.
    """
    plain = _DOUBLE_PRECISION.sub("double", text)
    zoned = _ZONED.search(plain)
    if zoned:
        plain = _ZONED.sub("tz" if "without" not in zoned[0].casefold() else "", plain)
    try:
        parser = _Parser(plain)
        found = parser.type()
        parser.end()
    except ValueError:
        raise DeclarationError("data.column_type_unknown", column=column, type=text, known=KNOWN) from None
    return found


class _Parser:
    """A type's text, token by token; anything unexpected is a ValueError."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def type(self) -> ColumnType:
        """Read one type with the brackets that follow it."""
        word = self._word().casefold()
        name = _NAMES.get(word)
        if name is None:
            raise ValueError(word)
        found = self._with_arguments(name, is_arrow_time=word in ("date32", "date64", "time32", "time64"))
        while self._peek() == "[":
            self._expect("[")
            self._expect("]")
            found = ColumnType(name="list", fields=(Field("", found),))
        return found

    def end(self) -> None:
        """Refuse what follows."""
        if self._text[self._at :].strip():
            raise ValueError(self._text)

    def _with_arguments(self, name: str, *, is_arrow_time: bool) -> ColumnType:
        match name:
            case "list":
                return ColumnType(name="list", fields=tuple(self._parts(1, is_named=False)))
            case "map":
                return ColumnType(name="map", fields=tuple(self._parts(2, is_named=False)))
            case "struct":
                return ColumnType(name="struct", fields=tuple(self._parts(None, is_named=True)))
            case "decimal":
                return _decimal(*self._numbers(2, is_needed=True))
            case "string":
                length = self._numbers(1, is_needed=False)
                return ColumnType(name="string", length=length[0] if length else None)
            case "timestamp" | "timestamptz":
                return self._timestamp(is_zoned=name == "timestamptz")
            case _:
                if is_arrow_time and self._peek() == "[":
                    self._words()
                return ColumnType(name=name)

    def _timestamp(self, *, is_zoned: bool) -> ColumnType:
        given = self._words() if self._peek() == "[" and not self._is_empty_brackets() else []
        unit = given[0] if given else "us"
        zone = given[-1] if len(given) > 1 else None
        if unit not in _UNITS or len(given) > 3 or (len(given) == 3 and given[1] != "tz"):
            raise ValueError(given)
        return ColumnType(name="timestamp", unit=unit, zone=zone or ("UTC" if is_zoned else None))

    def _parts(self, count: int | None, *, is_named: bool) -> list[Field]:
        opening = self._symbol("<(")
        parts: list[Field] = []
        while True:
            name = ""
            if is_named or self._is_label():
                name = self._word()
                if self._peek() == ":":
                    self._expect(":")
            parts.append(Field(name if is_named else "", self.type()))
            if self._peek() != ",":
                break
            self._expect(",")
        self._expect(_CLOSES[opening])
        if count not in (None, len(parts)):
            raise ValueError(parts)
        return parts

    def _numbers(self, count: int, *, is_needed: bool) -> list[int]:
        if self._peek() != "(" and not is_needed:
            return []
        self._expect("(")
        numbers = [int(self._word())]
        while self._peek() == ",":
            self._expect(",")
            numbers.append(int(self._word()))
        self._expect(")")
        if len(numbers) > count or min(numbers) < 0:
            raise ValueError(numbers)
        return numbers

    def _words(self) -> list[str]:
        """Read `[word, word=word]`."""
        self._expect("[")
        words: list[str] = []
        while self._peek() != "]":
            if self._peek() in (",", "=", ":"):
                # A colon belongs to an offset such as +09:00.
                is_offset = self._peek() == ":"
                self._expect(self._peek())
                if is_offset:
                    words[-1] += f":{self._word()}"
                continue
            words.append(self._word())
        self._expect("]")
        return words

    def _is_label(self) -> bool:
        """Whether the next word names an item, as in `list<item: int64>`."""
        before = self._at
        try:
            self._word()
            return self._peek() == ":"
        except ValueError:
            return False
        finally:
            self._at = before

    def _is_empty_brackets(self) -> bool:
        return self._text[self._at :].replace(" ", "").startswith("[]")

    def _peek(self) -> str:
        found = _TOKEN.match(self._text, self._at)
        return "" if found is None else found[3] or ""

    def _expect(self, symbol: str) -> None:
        self._symbol(symbol)

    def _symbol(self, among: str) -> str:
        found = _TOKEN.match(self._text, self._at)
        if found is None or not found[3] or found[3] not in among:
            raise ValueError(self._text)
        self._at = found.end()
        return found[3]

    def _word(self) -> str:
        found = _TOKEN.match(self._text, self._at)
        if found is None or found[3]:
            raise ValueError(self._text)
        self._at = found.end()
        return found[2] or found[1].replace('""', '"')


def _decimal(precision: int, scale: int = 0) -> ColumnType:
    if not 0 < precision <= MOST_DIGITS or scale > precision:
        raise ValueError(precision)
    return ColumnType(name="decimal", precision=precision, scale=scale)


def _quoted(name: str) -> str:
    if re.fullmatch(r"\w+", name):
        return name
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
