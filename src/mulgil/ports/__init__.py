"""What the processes need from the outside, as Protocols. Adapters stand in their own packages."""

from mulgil.ports.control import Control, DagSummary, Explanation, Submitted
from mulgil.ports.errors import (
    LeaseLostError,
    NotFoundError,
    PortError,
    SchemaVersionError,
    StoreError,
    StoreUnavailableError,
    UniquenessError,
    WorkerLinkError,
)
from mulgil.ports.store import (
    AnsweredCommand,
    Batch,
    CommandStore,
    ConfigurationStore,
    DagFileStore,
    MetadataStore,
    NewAssetCommit,
    ReadStore,
    SchedulerStore,
    StoredRun,
)
from mulgil.ports.system import AnswerBell, Cipher, Clock, Doorbell, IdSource, Jitter
from mulgil.ports.worker import AttemptReported, DaemonJoined, Executor, WorkerEvent, WorkerLink

__all__ = [
    "AnswerBell",
    "AnsweredCommand",
    "AttemptReported",
    "Batch",
    "Cipher",
    "Clock",
    "CommandStore",
    "ConfigurationStore",
    "Control",
    "DaemonJoined",
    "DagFileStore",
    "DagSummary",
    "Doorbell",
    "Executor",
    "Explanation",
    "IdSource",
    "Jitter",
    "LeaseLostError",
    "MetadataStore",
    "NewAssetCommit",
    "NotFoundError",
    "PortError",
    "ReadStore",
    "SchedulerStore",
    "SchemaVersionError",
    "StoreError",
    "StoreUnavailableError",
    "StoredRun",
    "Submitted",
    "UniquenessError",
    "WorkerEvent",
    "WorkerLink",
    "WorkerLinkError",
]
