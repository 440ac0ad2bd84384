"""What commands on runs share: which run is meant, and in which time zone its times are shown."""

from datetime import UTC, datetime, tzinfo

from mulgil.cli.errors import ArgumentError
from mulgil.ports import Control, NotFoundError

LATEST = "latest"


def named_run(control: Control, dag_id: str, run_id: str) -> str:
    """Return the id of the run that is meant: `latest` is the dag's run of the newest data interval.

    Raises:
        ArgumentError: The latest run of a dag without runs was asked for.
        NotFoundError: The dag doesn't exist.
    """
    if run_id != LATEST:
        return run_id
    newest = control.runs(dag_id=dag_id, limit=1)
    if not newest:
        raise ArgumentError("cli.no_latest_run", dag_id=dag_id)
    return newest[0].run_id


def zones(control: Control, dag_id: str | None = None) -> dict[str, str]:
    """Return the time zone of a dag, or of every dag; a dag that is gone has none."""
    if dag_id is None:
        return {summary.dag.dag_id: summary.version.spec.timezone for summary in control.dags()}
    try:
        return {dag_id: control.dag(dag_id).version.spec.timezone}
    except NotFoundError:
        return {}


def in_zone(instant: datetime, zone: str | None) -> datetime:
    """Return an instant in a dag's time zone; in UTC where there is none."""
    from zoneinfo import ZoneInfo

    wanted: tzinfo = ZoneInfo(zone) if zone else UTC
    return instant.astimezone(wanted)
