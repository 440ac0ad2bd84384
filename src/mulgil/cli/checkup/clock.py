"""Does the clock tell the time that files and the past tell, and are the world's time zones known?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile

from mulgil.cli.checkup.finding import Finding, fail, ok, warn
from mulgil.i18n import Text
from mulgil.model import Event
from mulgil.ports import Clock

_TOLERANCE = timedelta(seconds=2)
_WRONG = timedelta(minutes=5)
# Zones with rules of their own, from three parts of the world.
_ZONES = ("America/New_York", "Asia/Seoul", "Europe/Berlin")


def check_clock(clock: Clock, folder: Path, *, newest: Event | None) -> Iterator[Finding]:
    """Compare the clock with the file system below `folder` and with the newest thing that was recorded."""
    yield _file_system(clock, folder)
    if newest is not None and newest.at > clock.now() + _TOLERANCE:
        ahead = _seconds(newest.at - clock.now())
        yield warn("past", Text("doctor.clock_behind", {"seconds": ahead}), Text("doctor.clock_behind_remedy"))
    yield _time_zones()


def _file_system(clock: Clock, folder: Path) -> Finding:
    try:
        with TemporaryFile(dir=folder) as file:
            file.write(b"\n")
            file.flush()
            written = datetime.fromtimestamp(Path(f"/dev/fd/{file.fileno()}").stat().st_mtime, UTC)
            apart = abs(clock.now() - written)
    except OSError as error:
        return warn("clock", Text("doctor.clock_unchecked", {"folder": str(folder), "why": str(error)}))
    says = Text("doctor.clock", {"seconds": _seconds(apart), "now": clock.now().isoformat(timespec="seconds")})
    if apart <= _TOLERANCE:
        return ok("clock", says)
    apart_says = Text("doctor.clock_apart", {"seconds": _seconds(apart), "folder": str(folder)})
    finding = fail if apart > _WRONG else warn
    return finding("clock", apart_says, Text("doctor.clock_apart_remedy"))


def _time_zones() -> Finding:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

    for name in _ZONES:
        try:
            ZoneInfo(name)
        except ZoneInfoNotFoundError:
            return fail("time zones", Text("doctor.zone_missing", {"zone": name}), Text("doctor.zone_remedy"))
    return ok("time zones", Text("doctor.zones", {"count": len(available_timezones())}))


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.1f}"
