"""Samples, their medians, and the flat record that they become."""

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

SAMPLES = 5
OUT = Path(__file__).parent / "out" / "bench.json"


class Record:
    """One flat object: key → median, with `.n`, `.min` and `.max` beside it."""

    def __init__(self) -> None:
        self.values: dict[str, float | str | bool] = {}

    def add(self, key: str, samples: Sequence[float]) -> None:
        """Add a figure; without samples it stays absent."""
        if not samples:
            return
        self.values[key] = _round(median(samples))
        self.values[f"{key}.n"] = len(samples)
        self.values[f"{key}.min"] = _round(min(samples))
        self.values[f"{key}.max"] = _round(max(samples))

    def value(self, key: str) -> float | None:
        """Return a figure that was measured before."""
        found = self.values.get(key)
        return found if isinstance(found, int | float) else None

    def write(self) -> None:
        """Write the record to `OUT` and print it as a table."""
        OUT.parent.mkdir(parents=True, exist_ok=True)
        OUT.write_text(json.dumps(dict(sorted(self.values.items())), indent=2) + "\n")
        figures = [key for key in sorted(self.values) if f"{key}.n" in self.values]
        width = max((len(key) for key in figures), default=0)
        print(f"{'figure'.ljust(width)}  {'median':>12}  {'min':>12}  {'max':>12}  n")
        for key in figures:
            low, high, n = (self.values[f"{key}.{part}"] for part in ("min", "max", "n"))
            print(f"{key.ljust(width)}  {self.values[key]:>12}  {low:>12}  {high:>12}  {n}")
        for key in sorted(
            self.values.keys() - {name for f in figures for name in (f, f"{f}.n", f"{f}.min", f"{f}.max")}
        ):
            print(f"{key.ljust(width)}  {self.values[key]}")


def _round(value: float) -> float:
    return float(f"{value:.4g}")


def wall_ms(command: Sequence[str], *, samples: int = SAMPLES) -> list[float]:
    """Return how long whole processes take, after one that is not counted."""
    return [_timed(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(samples + 1)][1:]


def _timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000


def per_second(action: Callable[[], None], *, seconds: float = 1.0, samples: int = SAMPLES) -> list[float]:
    """Return how often a second `action` can be done, one after another."""
    rates = []
    for _ in range(samples):
        began, count = time.perf_counter(), 0
        while (elapsed := time.perf_counter() - began) < seconds:
            action()
            count += 1
        rates.append(count / elapsed)
    return rates
