"""Setting bad rows aside, and how many may be."""

import json

import pytest

from mulgil.data import Table, checks, load
from mulgil.data.errors import DeclarationError, SourceShapeError, TooManyBadRowsError
from mulgil.data.reject import BadRowLimit, BadRows
from mulgil.sdk import DAG, DagDefinitionError

ERROR = SourceShapeError("data.target_failed", target="in.csv", detail="no number")


def add(bad, line, raw="x"):
    bad.add(ERROR, source="in.csv", line=line, column="n", raw=raw)


@pytest.mark.parametrize(
    ("declared", "total", "allowed"), [(None, 9, 0), (0, 9, 0), (0.0, 9, 0), (3, 9, 3), (0.5, 9, 4), (1.0, 9, 9)]
)
def test_limits_are_counts_or_fractions(declared, total, allowed):
    assert BadRowLimit.of(declared).allowed(total) == allowed


@pytest.mark.parametrize("declared", [-1, 1.5, True, "3", float("nan")])
def test_what_is_no_limit_is_refused(declared):
    with pytest.raises(DeclarationError, match="is no limit"):
        BadRowLimit.of(declared)


def test_without_a_limit_the_row_s_own_error_is_raised():
    bad = BadRows()
    assert not bad.is_accepted
    with pytest.raises(SourceShapeError, match="no number"):
        add(bad, 1)


def test_the_row_that_is_one_too_many_ends_it():
    with BadRows(BadRowLimit.of(2)) as bad:
        add(bad, 1)
        add(bad, 2)
        with pytest.raises(TooManyBadRowsError, match=r"in.csv:1: .*no number"):
            add(bad, 3)


def test_rows_are_kept_in_order_wherever_they_are_kept():
    with BadRows(BadRowLimit.of(1.0)) as bad:
        for line in range(3000):
            add(bad, line, raw={"text": "x" * 2000})
        assert [row.line for row in bad.rows()] == list(range(3000))
        add(bad, 3000)
        assert bad.count == len(list(bad.rows())) == 3001


def test_a_row_however_long_is_json():
    with BadRows(BadRowLimit.of(1)) as bad:
        add(bad, 1, raw={"text": "x" * 50_000})
        [row] = bad.rows()
    assert len(json.loads(row.raw)["cut"]) == 10_000


def test_what_sets_rows_aside_needs_a_limit_and_a_table_beside_it():
    into, there = Table("app", "orders"), Table("elsewhere", "bad")
    with DAG("d"):
        for arguments, message in (
            ({"rejects": Table("app", "bad")}, "rejects= sets rows aside"),
            ({"out_of_partition": "reject"}, "out_of_partition='reject' sets rows aside"),
            ({"checks": [checks.not_null("a", severity="reject")]}, r"not_null\(a\) sets rows aside"),
            ({"max_bad_rows": 1, "rejects": there}, "one transaction can't write both"),
            ({"max_bad_rows": 1, "rejects": into}, "can't be the table itself"),
            ({"max_bad_rows": 1, "rejects": "bad"}, "takes a Table, not 'bad'"),
            ({"out_of_partition": "drop"}, "Use one of: error, reject"),
            ({"max_bad_rows": 7.0}, "is no limit"),
        ):
            with pytest.raises(DagDefinitionError, match=message):
                load(there, into=into, **arguments)


def test_rejects_are_an_outlet_of_the_task():
    with DAG("d"):
        task = load(Table("app", "raw"), into=Table("app", "orders"), max_bad_rows=5)
        reader = load(Table("app", "orders__rejects"), into=Table("app", "bad"))
    task.declare(task.dag)
    assert [asset.name for asset in task.outlets] == ["orders", "orders__rejects"]
    assert reader.reads[0] in task.outlets
