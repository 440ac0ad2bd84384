"""Declaring checks and columns."""

from __future__ import annotations

import pyarrow as pa
import pytest

from mulgil.data import checks
from mulgil.data.arrow_type import arrow_schema
from mulgil.data.errors import DeclarationError


def test_checks_say_what_they_are():
    assert [
        checks.check_name(check)
        for check in (
            checks.not_null("a", "b"),
            checks.unique("a"),
            checks.accepted_values("a", [1, 2]),
            checks.row_count(min=1, max=2),
            checks.sql("select 1", name="mine"),
        )
    ] == ["not_null(a, b)", "unique(a)", "accepted_values(a)", "row_count(min=1, max=2)", "mine"]


def test_checks_that_check_nothing_are_refused():
    for make in (checks.not_null, checks.unique, checks.row_count, lambda: checks.accepted_values("a", [])):
        with pytest.raises(DeclarationError, match="nothing to check"):
            make()
    with pytest.raises(DeclarationError, match="'fatal'"):
        checks.not_null("a", severity="fatal")


def test_declared_columns():
    assert arrow_schema(
        {"a": "int64", "b": "timestamp[us, UTC]", "c": "timestamp", "d": "decimal(9, 2)", "e": "date", "f": "string"}
    ) == pa.schema(
        [
            ("a", pa.int64()),
            ("b", pa.timestamp("us", "UTC")),
            ("c", pa.timestamp("us")),
            ("d", pa.decimal128(9, 2)),
            ("e", pa.date32()),
            ("f", pa.string()),
        ]
    )
    with pytest.raises(DeclarationError, match="'int3'"):
        arrow_schema({"a": "int3"})
