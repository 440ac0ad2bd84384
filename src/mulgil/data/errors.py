"""Errors of the write contract.

MulgilError
└── DataError
    ├── DeclarationError            a table, load or transform that can't be: refused when the dag is compiled
    │   ├── GrainMismatchError      an interval that is not a whole number of the table's grains
    │   └── UnknownCheckError       `checks` has no such check; an AttributeError, too
    ├── SourceError                 the source failed, or gave something other than it promised
    │   ├── SourceShapeError        a page, file or row of the wrong shape
    │   └── TableMissingError       a table that is read doesn't exist (yet)
    ├── SqlTemplateError            a value that can't be put into SQL
    ├── AuditError                  the staged data may not be published; the table is unchanged
    │   ├── SchemaMismatchError     columns or types differ from the table's
    │   ├── PartitionValueError     rows outside the declared partitions, or without a partition value
    │   ├── CheckFailedError        a check of severity `error` found something
    │   ├── TooManyBadRowsError     more rows are bad than max_bad_rows accepts
    │   ├── LateRowsError           rows change what the table knows of a time that is past
    │   └── CheckUnusableError      a check can't be run over the staged columns
    ├── LedgerError                 the target's ledger says that this write can't be
    │   ├── LedgerFormatError       written by a newer mulgil
    │   ├── OutOfOrderError         a later data interval is in the table already, and order matters
    │   └── LedgerConflictError     the table is kept with another partitioning, grain or zone
    ├── StaleWriteError             newer writes kept covering parts of this one
    ├── TargetError                 the target refused or failed
    │   ├── QueryError              it refused a query, such as the author's SQL
    │   ├── TargetBusyError         somebody else held it for longer than the lock timeout
    │   ├── TransactionRetryError   nothing happened; the transaction may be made again at once
    │   ├── ConnectionLostError     the connection broke; what was under way may or may not have happened
    │   └── CommitUnknownError      … in COMMIT, and the ledger couldn't be asked
    └── FaultInjectedError          an armed fault point raised
"""

from mulgil.i18n import MulgilError


class DataError(MulgilError):
    """Something in reading, staging, auditing or publishing data."""


class DeclarationError(DataError):
    """What the author declared can't be."""


class GrainMismatchError(DeclarationError):
    """An interval is not a whole number of grains."""


class UnknownCheckError(DeclarationError, AttributeError):
    """There is no such check."""


class SourceError(DataError):
    """A source failed for good."""


class SourceShapeError(SourceError):
    """A source answered, with something other than it promised."""


class TableMissingError(SourceError):
    """A table that is read doesn't exist."""


class SqlTemplateError(DataError):
    """A SQL template can't be rendered."""


class AuditError(DataError):
    """The staged data must not be published."""


class SchemaMismatchError(AuditError):
    """The staged columns are not the table's."""


class PartitionValueError(AuditError):
    """Staged rows don't belong to the partitions that this write replaces."""


class CheckFailedError(AuditError):
    """A check of severity `error` failed."""


class TooManyBadRowsError(AuditError):
    """More rows are bad than the load accepts."""


class LateRowsError(AuditError):
    """Staged rows belong before what the table knows already."""


class CheckUnusableError(AuditError):
    """A check names a column that isn't there, or can't be run."""


class LedgerError(DataError):
    """The ledger forbids this write."""


class LedgerFormatError(LedgerError):
    """The ledger was written by a newer version."""


class OutOfOrderError(LedgerError):
    """A later interval was applied before, in a mode that needs them in order."""


class LedgerConflictError(LedgerError):
    """The ledger keeps the table in another way."""


class StaleWriteError(DataError):
    """Newer writes overlapped this one each time that it began anew."""


class TargetError(DataError):
    """The target refused or failed; nothing was published."""


class QueryError(TargetError):
    """The target refused a query."""


class TargetBusyError(TargetError):
    """The target was locked for longer than its lock timeout."""


class TransactionRetryError(TargetError):
    """A transaction failed for a reason that needn't last: nothing happened, and it may be made again at once."""


class ConnectionLostError(TargetError):
    """The connection to the target broke."""


class CommitUnknownError(TargetError):
    """Nobody could be asked whether the commit happened; the next try asks again."""


class FaultInjectedError(DataError):
    """A fault point that was armed to raise."""
