"""Errors of the DAG processor.

MulgilError
└── DagfilesError
    ├── BundleError         the dags folder can't be read or copied
    └── ParseServerError    the process that parses dag files is gone
"""

from mulgil.i18n import MulgilError


class DagfilesError(MulgilError):
    """The DAG processor can't do its work."""


class BundleError(DagfilesError):
    """A bundle can't be snapshotted: not a folder, not readable, too large."""


class ParseServerError(DagfilesError):
    """The parse server died; the DAG processor ends and is started anew."""
