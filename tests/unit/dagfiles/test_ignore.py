"""Ignore files: the rules of .gitignore."""

from __future__ import annotations

import pytest

from mulgil.dagfiles.ignore import ALWAYS_IGNORED, is_ignored, parse_rules


@pytest.mark.parametrize(
    ("rules", "ignored", "kept"),
    [
        ("*.csv", ["a.csv", "x/y/a.csv"], ["a.csv.py", "csv"]),
        ("/top.py", ["top.py"], ["x/top.py"]),
        ("data/", ["data/", "x/data/"], ["data"]),
        ("a/b.py", ["a/b.py"], ["x/a/b.py", "b.py"]),
        ("**/late.py", ["late.py", "x/y/late.py"], ["notlate.py"]),
        ("logs/**", ["logs/a", "logs/b/c"], ["logs", "x/logs/a"]),
        ("a/**/z.py", ["a/z.py", "a/b/c/z.py"], ["z.py", "b/z.py"]),
        ("te?t.py", ["test.py"], ["te/t.py", "tet.py"]),
        ("v[0-9].py", ["v1.py"], ["va.py", "v10.py"]),
        ("v[!0-9].py", ["va.py"], ["v1.py"]),
        ("# comment\n\n  \n", [], ["# comment", "a"]),
        (r"\#file", ["#file"], ["file"]),
        ("*.py\n!keep.py", ["a.py"], ["keep.py"]),
        ("!keep.py\n*.py", ["keep.py"], []),
        ("a+b(c).py", ["a+b(c).py"], ["aab(c).py"]),
    ],
)
def test_rules_match_as_in_git(rules, ignored, kept) -> None:
    parsed = parse_rules(rules)
    for path in ignored:
        assert is_ignored(path.rstrip("/"), parsed, is_folder=path.endswith("/")), path
    for path in kept:
        assert not is_ignored(path, parsed, is_folder=False), path


def test_rules_of_a_folder_hold_below_it_only() -> None:
    rules = parse_rules("*.csv\n/own.py", folder="x")
    assert is_ignored("x/a.csv", rules, is_folder=False)
    assert is_ignored("x/own.py", rules, is_folder=False)
    assert not is_ignored("a.csv", rules, is_folder=False)
    assert not is_ignored("x/y/own.py", rules, is_folder=False)


@pytest.mark.parametrize("path", ["x/__pycache__", ".git", ".venv"])
def test_what_nobody_means_is_always_ignored(path) -> None:
    assert is_ignored(path, ALWAYS_IGNORED, is_folder=True)


@pytest.mark.parametrize("path", [".a.py.swp", "x/.#a.py", "#a.py#", "a.py~", "x/a.pyc", "w.duckdb.wal"])
def test_what_editors_and_databases_leave_is_always_ignored(path) -> None:
    assert is_ignored(path, ALWAYS_IGNORED, is_folder=False)
    assert not is_ignored("a.py", ALWAYS_IGNORED, is_folder=False)
