"""The rule that orders writes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mulgil.data.ledger import next_fence
from mulgil.data.scope import BeginAnew, Proceed, Superseded, judge, overlaps


@dataclass(frozen=True)
class Commit:
    scope: str
    fence: int


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("p:a", "p:a", True),
        ("p:a", "p:b", False),
        ("*", "p:a", True),
        ("*", "*", True),
        ("*", "i:x", True),
        ("i:x", "i:y", False),
        ("w:x", "w:y", False),
        ("i:x", "i:x", True),
        ("i:x", "p:a", True),
        ("w:x", "i:x", True),
        ("c:d/t/s", "*", False),
        ("c:d/t/s", "p:a", False),
    ],
)
def test_overlap(one, other, expected):
    assert overlaps(one, other) is expected
    assert overlaps(other, one) is expected


@pytest.mark.parametrize(
    ("scopes", "committed", "expected"),
    [
        (["p:a"], [], Proceed()),
        (["p:a"], [Commit("p:a", 4)], Proceed()),
        (["p:a"], [Commit("p:b", 9)], Proceed()),
        (["p:a"], [Commit("p:a", 9)], Superseded(9)),
        (["p:a"], [Commit("*", 9)], Superseded(9)),
        (["p:a", "p:b"], [Commit("p:a", 8), Commit("p:b", 9)], Superseded(9)),
        (["p:a", "p:b"], [Commit("p:a", 9)], BeginAnew(9)),
        (["p:a", "p:b"], [Commit("p:a", 9), Commit("p:b", 4)], BeginAnew(9)),
        (["*"], [Commit("p:a", 9)], BeginAnew(9)),
        (["*"], [Commit("p:a", 8), Commit("*", 9)], Superseded(9)),
        (["p:a"], [Commit("i:x", 9)], BeginAnew(9)),
        (["p:a"], [Commit("c:d/t/s", 9)], Proceed()),
    ],
)
def test_judgement(scopes, committed, expected):
    assert judge(scopes, 5, committed) == expected


def test_fences_rise():
    assert next_fence(opened=0, highest_committed=0, now_us=1000) == 1000
    assert next_fence(opened=2000, highest_committed=0, now_us=1000) == 2001
    assert next_fence(opened=0, highest_committed=3000, now_us=1000) == 3001
