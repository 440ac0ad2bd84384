"""Reading a source by itself, from files in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZipFile

import pyarrow as pa
import pytest

from mulgil.data.reject import BadRow, BadRowLimit, BadRows
from mulgil.data.source import Reading, Source
from mulgil.model import Connection, DataInterval

Read = Callable[..., "tuple[pa.Table, list[BadRow]]"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def read(home: Path) -> Read:
    """Read a source to its end: its rows, and those that were set aside."""

    def read(source: Source, *, accept: float | None = None) -> tuple[pa.Table, list[BadRow]]:
        runtime = SimpleNamespace(
            resolve_path=lambda path: home / path,
            get_connection=lambda name: Connection(connection_id=name, conn_type="files", host="there"),
        )
        with BadRows(BadRowLimit.of(accept)) as bad:
            reading = Reading(
                runtime=runtime,  # type: ignore[arg-type]
                interval=DataInterval.at(datetime(2013, 1, 5, tzinfo=UTC)),
                timezone="UTC",
                bad_rows=bad,
            )
            with source.open(reading) as batches:
                table = pa.Table.from_batches(list(batches.batches), batches.schema)
            table.validate(full=True)
            return table, list(bad.rows())

    return read


@pytest.fixture
def write_workbook(home: Path) -> Callable[..., Path]:
    """Write a workbook by hand: `{sheet: {cell: value}}`; a value that starts with # is an error."""

    def write(name: str, sheets: dict[str, dict[str, object]]) -> Path:
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        package = "http://schemas.openxmlformats.org/package/2006/relationships"
        listed = "".join(
            f'<sheet name="{sheet}" sheetId="{number}" r:id="rId{number}"/>' for number, sheet in enumerate(sheets, 1)
        )
        related = "".join(
            f'<Relationship Id="rId{number}" Type="{relation}/worksheet" Target="worksheets/sheet{number}.xml"/>'
            for number, _ in enumerate(sheets, 1)
        )
        related += f'<Relationship Id="rId99" Type="{relation}/styles" Target="styles.xml"/>'
        styles = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs>'
        with ZipFile(home / name, "w") as packed:
            packed.writestr(
                "_rels/.rels",
                f'<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{relation}/officeDocument" '
                'Target="xl/workbook.xml"/></Relationships>',
            )
            packed.writestr(
                "xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{relation}"><sheets>{listed}</sheets></workbook>'
            )
            packed.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}">{related}</Relationships>')
            packed.writestr("xl/styles.xml", f'<styleSheet xmlns="{main}">{styles}</styleSheet>')
            for number, cells in enumerate(sheets.values(), 1):
                rows = "".join(_row_of(row, cells) for row in sorted({_row(at) for at in cells}))
                packed.writestr(
                    f"xl/worksheets/sheet{number}.xml",
                    f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
                )
        return home / name

    return write


def _row_of(row: int, cells: dict[str, object]) -> str:
    inside = "".join(_cell(at, value) for at, value in cells.items() if _row(at) == row)
    return f'<row r="{row}">{inside}</row>'


def _row(cell: str) -> int:
    return int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def _cell(at: str, value: object) -> str:
    match value:
        case bool():
            return f'<c r="{at}" t="b"><v>{int(value)}</v></c>'
        case datetime():
            days = (value - datetime(1899, 12, 30)).total_seconds() / 86400  # noqa: DTZ001 - as Excel counts
            return f'<c r="{at}" s="1"><v>{days}</v></c>'
        case str() if value.startswith("#"):
            return f'<c r="{at}" t="e"><v>{value}</v></c>'
        case str():
            return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'
        case _:
            return f'<c r="{at}"><v>{value}</v></c>'
