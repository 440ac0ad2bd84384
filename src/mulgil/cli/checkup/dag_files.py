"""Can the dag files be imported, as the DAG processor found them last?"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from mulgil.cli.checkup.finding import Finding, fail, ok, warn
from mulgil.i18n import Text, render
from mulgil.model import ImportFailure
from mulgil.ports import DagSummary


def check_dag_files(
    folder: Path, dags: Sequence[DagSummary], failures: Sequence[ImportFailure], *, is_running: bool
) -> Iterator[Finding]:
    """Report the files that can't be imported; without a DAG processor that is how they stood when one last ran."""
    if not folder.is_dir():
        yield warn("dags", Text("doctor.no_dags_folder", {"folder": str(folder)}), Text("doctor.home_new_remedy"))
        return
    for failure in failures:
        where = failure.file if failure.line is None else f"{failure.file}:{failure.line}"
        says = Text("doctor.dag_file", {"where": where, "error": render(failure.error)})
        yield fail("dag file", says, Text("doctor.dag_file_remedy"))
    if not failures and not dags:
        yield ok("dags", Text("doctor.no_dags", {"folder": str(folder)}))
    elif not failures:
        yield ok("dags", Text("doctor.dags", {"count": len(dags), "folder": str(folder)}))
    if not is_running:
        yield ok("dags", Text("doctor.dags_as_of"))
