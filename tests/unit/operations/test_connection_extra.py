"""A connection's extra comes back as it went in, or is refused where it is given."""

from datetime import UTC, date, datetime

import pytest

from mulgil.model import Connection
from mulgil.operations.connection_extra import check_extra
from mulgil.operations.errors import InvalidArgumentError


def connection(**extra: object) -> Connection:
    return Connection(connection_id="c", conn_type="http", extra=extra)


def test_json_of_any_depth_is_taken() -> None:
    check_extra(connection(headers={"accept": ["json", None, {"deep": [1, 2.5, True]}]}, text="", number=-3))


@pytest.mark.parametrize(
    "value",
    [
        date(2024, 1, 1),
        datetime(2024, 1, 1, tzinfo=UTC),
        (1, 2),
        {1, 2},
        b"bytes",
        float("nan"),
        2**64,
        {"deep": [object()]},
        {1: "a number as a name"},
    ],
)
def test_what_would_come_back_otherwise_is_refused(value: object) -> None:
    with pytest.raises(InvalidArgumentError, match="extra 'bad' of connection 'c'"):
        check_extra(connection(good="x", bad=value))
