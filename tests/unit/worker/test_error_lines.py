"""How much of a traceback stands in a task's log."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from mulgil.data import Table
from mulgil.logstores import Masker
from mulgil.worker.attempt.logs import error_line

AT = datetime(2013, 1, 5, tzinfo=UTC)


@contextmanager
def within_the_library():
    yield


def test_an_error_of_ours_keeps_the_authors_lines_alone():
    with pytest.raises(Exception, match="grain") as caught, within_the_library():
        Table("warehouse", "raw.t", grain="fortnight")
    trace = error_line(AT, "m", caught.value, Masker()).trace
    assert trace.count("File ") == 1
    assert 'Table("warehouse", "raw.t", grain="fortnight")' in trace
    assert "Traceback" not in trace
    assert "DeclarationError" not in trace


def test_an_error_of_the_author_keeps_its_traceback():
    def broken() -> None:
        raise KeyError("nope")

    with pytest.raises(KeyError) as caught:
        broken()
    trace = error_line(AT, "m", caught.value, Masker()).trace
    assert trace.startswith("Traceback")
    assert trace.rstrip().endswith("KeyError: 'nope'")
