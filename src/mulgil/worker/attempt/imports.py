"""Importing an author's dag file from the snapshot that a run is pinned to."""

import traceback

from mulgil.config import Home
from mulgil.i18n import FieldValue, MulgilError, Text
from mulgil.sdk import LoadedDagFile, load_dag_file, words_of
from mulgil.worker.attempt.storable import storable
from mulgil.worker.wire import DagFile


def import_dag_file(dag_file: DagFile, home: Home) -> LoadedDagFile:
    """Import a dag file; whatever its code raises passes through."""
    return load_dag_file(
        home.snapshots_folder / dag_file.snapshot,
        dag_file.file,
        bundle=dag_file.bundle,
        # Messages name the file that the author can change.
        shown_root=home.dags_folder,
    )


def import_failure(error: BaseException, file: str) -> Text:
    """Return what to record of an import that raised."""
    if isinstance(error, MulgilError):
        return storable(error.text)
    line = 0
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.endswith(file):
            line = frame.lineno or 0
    if isinstance(error, SyntaxError) and error.lineno is not None:
        line = error.lineno
    fields: dict[str, FieldValue] = {"file": file, "line": line, "kind": type(error).__name__}
    return storable(Text("worker.import_failed", {**fields, "message": words_of(error)}))
