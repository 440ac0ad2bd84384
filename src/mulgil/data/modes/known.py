"""Every mode by its name."""

from mulgil.data.modes.append import Append
from mulgil.data.modes.insert_only import InsertOnly
from mulgil.data.modes.merge import Merge
from mulgil.data.modes.mode import Mode
from mulgil.data.modes.replace import Replace
from mulgil.data.modes.replace_partition import ReplacePartition
from mulgil.data.modes.scd2 import Scd2
from mulgil.data.table_spec import WriteMode

_MODES: dict[WriteMode, Mode] = {
    WriteMode.REPLACE_PARTITION: ReplacePartition(),
    WriteMode.REPLACE: Replace(),
    WriteMode.APPEND: Append(),
    WriteMode.MERGE: Merge(),
    WriteMode.INSERT_ONLY: InsertOnly(),
    WriteMode.SCD2: Scd2(),
}


def mode_of(name: WriteMode) -> Mode:
    """Return the mode called `name`."""
    return _MODES[name]
