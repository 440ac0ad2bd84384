"""How two worlds differ."""

from collections import Counter

from mulgil.proving.contents import Contents, TableContents, differences


def table(*rows: tuple[object, ...]) -> Contents:
    return {"w:t": TableContents(("day", "id", "amount"), Counter(rows))}


def test_equal_rows_in_any_order_are_no_difference() -> None:
    assert differences(table(("a", 1, 2), ("b", 1, 2)), table(("b", 1, 2), ("a", 1, 2))) == ()


def test_an_empty_table_and_none_are_alike() -> None:
    assert differences({}, table()) == ()
    [gone] = differences(table(("a", 1, 2)), {})
    assert (gone.missing, gone.extra, gone.repeated) == (1, 0, False)


def test_rows_that_came_once_more_are_told_from_new_ones() -> None:
    [again] = differences(table(("a", 1, 2)), table(("a", 1, 2), ("a", 1, 2)))
    assert (again.missing, again.extra, again.repeated) == (0, 1, True)
    [new] = differences(table(("a", 1, 2)), table(("a", 1, 2), ("a", 2, 2)))
    assert not new.repeated
    assert new.extra_sample == ("day=a, id=2, amount=2",)


def test_the_columns_that_differ_are_named() -> None:
    [ids] = differences(table(("a", 1, 2), ("a", 2, 2)), table(("a", 7, 2), ("a", 8, 2)))
    assert ids.columns == ("id",)
    [both] = differences(table(("a", 1, 2)), table(("a", 7, 9)))
    assert both.columns == ("id", "amount")
    [fewer] = differences(table(("a", 1, 2), ("a", 2, 2)), table(("a", 7, 2)))
    assert fewer.columns == ()
