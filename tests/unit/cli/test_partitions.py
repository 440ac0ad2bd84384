"""Which partitions exist, as a picture."""

from mulgil.cli._partitions import partition_picture


def test_days_stand_in_lines_of_months():
    keys = [f"2013-01-{day:02}" for day in range(29, 32)] + ["2013-02-01", "2013-02-03"]
    assert partition_picture(keys, ["2013-02-03"]) == [f"2013-01  {' ' * 28}███", "2013-02  █·░"]


def test_months_hours_and_years_have_lines_of_their_own():
    assert partition_picture(["2013-01", "2013-03", "2014-01"], []) == ["2013  █·█·········", "2014  █"]
    assert partition_picture(["2013-01-05T22Z", "2013-01-06T00Z"], []) == [
        f"2013-01-05  {' ' * 22}█·",
        "2013-01-06  █",
    ]
    assert partition_picture(["2009", "2011"], []) == [f"2000s  {' ' * 9}█", "2010s  ·█"]


def test_values_are_listed():
    assert partition_picture(['"KE"', '"OZ"'], ['"KE"']) == ['"KE" ░', '"OZ"']
    assert partition_picture([str(n) for n in range(20)], [])[-1] == "… (+8)"
    assert partition_picture([], []) == []


def test_only_the_newest_lines_are_shown():
    found = partition_picture([f"{year}-{month:02}-01" for year in (2011, 2012, 2013) for month in range(1, 13)], [])
    assert (len(found), found[0], found[-1][:7]) == (25, "… (+12)", "2013-12")
