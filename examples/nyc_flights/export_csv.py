"""Writes the flights of a range of local days as CSV, for programs that read no Parquet, such as `reference.py`.

python examples/nyc_flights/export_csv.py --from 2013-01-01 --to 2013-01-31 > flights.csv
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import BinaryIO

import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

FLIGHTS = Path(__file__).resolve().parent / "data" / "flights.parquet"


def export(output: BinaryIO, *, first: date, last: date) -> None:
    """Writes a header and the flights whose local date is in the range; a missing value is an empty field."""
    table = pq.read_table(FLIGHTS)
    # The columns are 16 bits wide, too narrow for a date as one number.
    year, month, day = (table[column].cast("int32") for column in ("year", "month", "day"))
    local_date = pc.add(pc.add(pc.multiply(year, 10_000), pc.multiply(month, 100)), day)
    is_wanted = pc.and_(pc.greater_equal(local_date, _number(first)), pc.less_equal(local_date, _number(last)))
    pyarrow.csv.write_csv(table.filter(is_wanted), output)


def _number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the script and returns its exit code."""
    parser = argparse.ArgumentParser(description="Write flights as CSV to standard output.")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True, help="first local day")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, required=True, help="last local day")
    options = parser.parse_args(arguments)
    export(sys.stdout.buffer, first=options.first, last=options.last)
    return 0


if __name__ == "__main__":
    sys.exit(main())
