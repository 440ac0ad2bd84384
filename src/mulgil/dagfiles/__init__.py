"""The DAG processor: finds dag files, parses them in processes of their own and publishes their versions."""

from mulgil.dagfiles.bundle import Bundle
from mulgil.dagfiles.errors import BundleError, DagfilesError, ParseServerError
from mulgil.dagfiles.parse_memory import environment_mark
from mulgil.dagfiles.parse_server import fork_parse_server
from mulgil.dagfiles.parser import Parser
from mulgil.dagfiles.process import DEFAULT_BUNDLE, run_dag_processor
from mulgil.dagfiles.processor import DagProcessor, StepReport

__all__ = [
    "DEFAULT_BUNDLE",
    "Bundle",
    "BundleError",
    "DagProcessor",
    "DagfilesError",
    "ParseServerError",
    "Parser",
    "StepReport",
    "environment_mark",
    "fork_parse_server",
    "run_dag_processor",
]
