"""Reading a dag's time zone and dates."""

from datetime import UTC, date, datetime, time, tzinfo

from mulgil.sdk.errors import DagDefinitionError
from mulgil.sdk.origin import Origin


def dag_zone(timezone: object, start_date: object, origin: Origin) -> tuple[str, tzinfo]:
    """Return the dag's zone: the one it names, else its start date's, else UTC.

    Raises:
        DagDefinitionError: There is no such zone.
    """
    name = timezone
    if name is None and isinstance(start_date, datetime):
        # A ZoneInfo knows its name; fixed offsets have none.
        name = getattr(start_date.tzinfo, "key", None)
    if name is None:
        return "UTC", UTC
    from mulgil.timetables import TimetableError, load_zone

    try:
        return str(name), load_zone(str(name))
    except TimetableError as error:
        raise DagDefinitionError("sdk.bad_timezone", file=origin.file, line=origin.line, why=str(error)) from error


def as_instant(value: object, name: str, zone: tzinfo, origin: Origin) -> datetime | None:
    """Return a date as an instant in UTC; naive values and plain dates are in `zone`.

    Raises:
        DagDefinitionError: It is no date.
    """
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise _wrong(value, name, origin) from None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise _wrong(value, name, origin)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def _wrong(value: object, name: str, origin: Origin) -> DagDefinitionError:
    return DagDefinitionError("sdk.not_a_date", file=origin.file, line=origin.line, name=name, value=repr(value)[:80])
