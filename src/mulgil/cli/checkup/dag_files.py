"""Can the dag files be imported?

While a DAG processor runs it knows. Otherwise they are read here and now, as it would: each in a process of its own
with a time limit, from a copy; nothing is published.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from mulgil.cli.checkup.finding import Finding, fail, ok, warn
from mulgil.config import DagfilesSettings, Home
from mulgil.i18n import MulgilError, Text, render
from mulgil.model import ImportFailure
from mulgil.ports import Clock

_PARALLEL = 2


class DagFiles(msgspec.Struct, frozen=True):
    """What dag files define, and which of them can't be imported."""

    dag_ids: tuple[str, ...]
    failures: tuple[ImportFailure, ...]


def check_dag_files(folder: Path, found: DagFiles | MulgilError | None) -> Iterator[Finding]:
    """Report the files that can't be imported; None where there is no folder of dag files."""
    if found is None:
        yield warn("dags", Text("doctor.no_dags_folder", {"folder": str(folder)}), Text("doctor.home_new_remedy"))
        return
    if isinstance(found, MulgilError):
        yield fail("dags", found.text)
        return
    for failure in found.failures:
        where = failure.file if failure.line is None else f"{failure.file}:{failure.line}"
        says = Text("doctor.dag_file", {"where": where, "error": render(failure.error)})
        yield fail("dag file", says, Text("doctor.dag_file_remedy"))
    if not found.failures:
        yield ok("dags", Text("doctor.dags", {"count": len(found.dag_ids), "folder": str(folder)}))


def parse_dag_files(home: Home, settings: DagfilesSettings, clock: Clock) -> DagFiles | MulgilError:
    """Import every dag file once, without a store. Call it before anything starts threads: it forks."""
    from mulgil.dagfiles import Bundle, DagProcessor, Parser, environment_mark, fork_parse_server
    from mulgil.model import VERSION
    from mulgil.stores.memory import MemoryMetadataStore

    orders, server = fork_parse_server()
    parser = Parser(orders, clock, timeout_seconds=settings.parse_timeout_seconds, parallel=_PARALLEL)
    store = MemoryMetadataStore()
    try:
        with TemporaryDirectory(prefix="mulgil-doctor-") as scratch:
            processor = DagProcessor(
                store=store,
                doorbell=_Silent(),
                clock=clock,
                parser=parser,
                home=Home(Path(scratch), Path(scratch)),
                settings=settings,
                bundle=Bundle("dags", home.dags_folder),
                environment=environment_mark(VERSION),
            )
            processor.step()
            _make_removable(Path(scratch))
    except MulgilError as error:
        return error
    finally:
        parser.close()
        with suppress(ChildProcessError):
            os.waitpid(server, 0)
    return DagFiles(tuple(dag.dag_id for dag in store.dags()), store.import_failures())


def _make_removable(scratch: Path) -> None:
    """Snapshots are read-only; only root could remove them as they are."""
    for folder, _, _ in os.walk(scratch):
        Path(folder).chmod(0o700)


class _Silent:
    """A doorbell that nobody hears."""

    def ring(self) -> bool:
        """Do nothing."""
        return False
