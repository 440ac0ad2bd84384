"""The dag of a file that is named by its path, wherever it lies."""

from pathlib import Path

from mulgil.i18n import MulgilError
from mulgil.inprocess.errors import RequestError
from mulgil.sdk import DAG, load_dag_file
from mulgil.worker.attempt.imports import import_failure

_BUNDLE = "inprocess"


def choose_dag(file: Path, dag_id: str | None = None) -> DAG:
    """Import a dag file from where it lies and return its dag; of several, the one that is named.

    Raises:
        RequestError: The file has no dag, or several and none is named.
        DagFileError: It has none of that id.
        MulgilError: Its own code raises; with the line.
    """
    path = file.resolve()
    try:
        loaded = load_dag_file(path.parent, path.name, bundle=_BUNDLE)
    except MulgilError:
        raise
    except Exception as error:
        raise MulgilError.of(import_failure(error, path.name)) from error
    if dag_id is not None:
        return loaded.dag(dag_id)
    if len(loaded.dags) == 1:
        return loaded.dags[0]
    if not loaded.dags:
        raise RequestError("inprocess.no_dag", file=str(file))
    raise RequestError(
        "inprocess.several_dags", file=str(file), known=", ".join(sorted(dag.dag_id for dag in loaded.dags))
    )
