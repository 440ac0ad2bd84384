"""A DAG processor with its real parse server on a scratch home, and a store in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from mulgil.config import DagfilesSettings, Home
from mulgil.dagfiles import Bundle, DagProcessor, Parser, StepReport, fork_parse_server
from mulgil.i18n import render
from mulgil.model import DagVersion
from mulgil.stores.memory import MemoryMetadataStore
from mulgil.system import SystemClock


class SilentDoorbell:
    def __init__(self) -> None:
        self.rings = 0

    def ring(self) -> bool:
        self.rings += 1
        return True


class Installation:
    """A home whose dag files a test writes."""

    def __init__(self, path: Path, *, parse_timeout: float = 20.0) -> None:
        self.home = Home(path=path, runtime_root=path / "run")
        self.home.dags_folder.mkdir(parents=True)
        self.store = MemoryMetadataStore()
        self.doorbell = SilentDoorbell()
        self.settings = DagfilesSettings(parse_timeout_seconds=parse_timeout)
        self.environment = "test"
        self._servers: list[int] = []
        self._parsers: list[Parser] = []
        self.processor = self.new_processor()

    def new_processor(self) -> DagProcessor:
        """Start a processor as a restart of the process would."""
        orders, pid = fork_parse_server()
        self._servers.append(pid)
        clock = SystemClock()
        timeout = self.settings.parse_timeout_seconds
        parser = Parser(orders, clock, timeout_seconds=timeout, parallel=2)
        self._parsers.append(parser)
        self.processor = DagProcessor(
            store=self.store,
            doorbell=self.doorbell,
            clock=clock,
            parser=parser,
            home=self.home,
            settings=self.settings,
            bundle=Bundle("dags", self.home.dags_folder),
            environment=self.environment,
        )
        return self.processor

    def write(self, file: str, text: str) -> Path:
        """Write a file of the dags folder."""
        path = self.home.dags_folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
        return path

    def write_dag(self, file: str, dag_id: str, body: str = "EmptyOperator(task_id='only')") -> Path:
        """Write a file with one dag."""
        return self.write(
            file,
            f"from mulgil import DAG, EmptyOperator, task\nwith DAG({dag_id!r}):\n    {body}\n",
        )

    def step(self) -> StepReport:
        return self.processor.step()

    def version(self, dag_id: str) -> DagVersion:
        """Return a dag's current version."""
        dag = next(dag for dag in self.store.dags() if dag.dag_id == dag_id)
        version = self.store.dag_version(dag.version_id)
        assert version is not None
        return version

    def live_dags(self) -> list[str]:
        return [dag.dag_id for dag in self.store.dags() if not dag.is_stale]

    def failures(self) -> dict[str, str]:
        """Return each failed file's message."""
        return {failure.file: render(failure.error) for failure in self.store.import_failures()}

    def close(self) -> None:
        for parser in self._parsers:
            parser.close()
        for pid in self._servers:
            os.waitpid(pid, 0)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """An installation with an empty dags folder."""
    made = Installation(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[Installation]:
    """An installation in which a parse may take one second."""
    made = Installation(tmp_path / "home", parse_timeout=4.0)
    yield made
    made.close()
