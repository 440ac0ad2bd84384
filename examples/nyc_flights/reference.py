"""Computes the example's totals in plain Python, as the independent check of what the pipeline loaded.

Only the standard library is used, and nothing of mulgil: whoever doubts the pipeline's numbers can read this page and
compare. The flights come as CSV from `export_csv.py`, which is run as a program of its own, or from a file.

    python examples/nyc_flights/reference.py --from 2013-01-01 --to 2013-01-31
"""

import argparse
import csv
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

EXPORT = Path(__file__).resolve().parent / "export_csv.py"


@dataclass
class Mean:
    """The mean of the values that are there; None of no values."""

    count: int = 0
    total: int = 0

    def add(self, text: str) -> None:
        """Takes a CSV field, of which an empty one is no value."""
        if text:
            self.count += 1
            self.total += int(text)

    @property
    def value(self) -> float | None:
        """The mean: one division of exact whole numbers."""
        return self.total / self.count if self.count else None


@dataclass
class Group:
    """The flights of one carrier or one route."""

    flights: int = 0
    dep_delay: Mean = field(default_factory=Mean)
    arr_delay: Mean = field(default_factory=Mean)

    def add(self, flight: Mapping[str, str]) -> None:
        """Counts one flight."""
        self.flights += 1
        self.dep_delay.add(flight["dep_delay"])
        self.arr_delay.add(flight["arr_delay"])

    def as_json(self) -> dict[str, object]:
        """The numbers of the group as a JSON object."""
        return {
            "flights": self.flights,
            "mean_dep_delay": self.dep_delay.value,
            "mean_arr_delay": self.arr_delay.value,
        }


@dataclass
class Totals:
    """The totals of a range of days.

    Attributes:
        first: First local day.
        last: Last local day, included.
        flights: Number of flights, cancelled ones included.
        days: Number of flights of each local date; a day without flights is absent.
        carriers: By carrier code.
        routes: By origin and destination.
    """

    first: date
    last: date
    flights: int = 0
    days: dict[date, int] = field(default_factory=dict)
    carriers: dict[str, Group] = field(default_factory=dict)
    routes: dict[tuple[str, str], Group] = field(default_factory=dict)

    def add(self, flight: Mapping[str, str]) -> None:
        """Counts one flight, unless its local date is outside the range."""
        day = date(int(flight["year"]), int(flight["month"]), int(flight["day"]))
        if not self.first <= day <= self.last:
            return
        self.flights += 1
        self.days[day] = self.days.get(day, 0) + 1
        self.carriers.setdefault(flight["carrier"], Group()).add(flight)
        self.routes.setdefault((flight["origin"], flight["dest"]), Group()).add(flight)

    def as_json(self) -> dict[str, object]:
        """The totals as a JSON object, sorted by day, carrier and route."""
        return {
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "flights": self.flights,
            "days": {day.isoformat(): count for day, count in sorted(self.days.items())},
            "carriers": {carrier: group.as_json() for carrier, group in sorted(self.carriers.items())},
            "routes": {f"{origin}-{dest}": group.as_json() for (origin, dest), group in sorted(self.routes.items())},
        }


def totals(lines: Iterable[str], *, first: date, last: date) -> Totals:
    """Reads CSV lines, the header first, and counts the flights of the range."""
    result = Totals(first=first, last=last)
    for flight in csv.DictReader(lines):
        result.add(flight)
    return result


def exported_totals(*, first: date, last: date) -> Totals:
    """Counts the flights of the range as `export_csv.py` writes them."""
    command = [sys.executable, str(EXPORT), "--from", first.isoformat(), "--to", last.isoformat()]
    exported = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    return totals(exported.stdout.splitlines(), first=first, last=last)


def _print_table(result: Totals) -> None:
    print(f"{result.first} to {result.last}: {result.flights:,} flights on {len(result.days)} days")
    groups = dict(sorted(result.carriers.items()))
    groups |= {f"{origin}-{dest}": group for (origin, dest), group in sorted(result.routes.items())}
    print(f"\n{'':<8} {'flights':>8} {'dep_delay':>10} {'arr_delay':>10}")
    for name, group in groups.items():
        print(f"{name:<8} {group.flights:>8,} {_minutes(group.dep_delay):>10} {_minutes(group.arr_delay):>10}")


def _minutes(mean: Mean) -> str:
    return "-" if mean.value is None else f"{mean.value:.2f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the script and returns its exit code."""
    parser = argparse.ArgumentParser(description="Compute the totals of a range of days with the standard library.")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True, help="first local day")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, required=True, help="last local day, included")
    parser.add_argument("--csv", type=Path, help="CSV file to read (default: the output of export_csv.py)")
    parser.add_argument("--json", action="store_true", help="print JSON, means unrounded")
    options = parser.parse_args(arguments)
    if options.csv is None:
        result = exported_totals(first=options.first, last=options.last)
    else:
        with options.csv.open(encoding="utf-8", newline="") as lines:
            result = totals(lines, first=options.first, last=options.last)
    if options.json:
        print(json.dumps(result.as_json(), indent=2))
    else:
        _print_table(result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
