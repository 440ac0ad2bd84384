"""`mulgil init`: a project that runs as it is, to start from."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

import click

from mulgil.cli.errors import ProjectExistsError
from mulgil.cli.session import make_home, open_store, shown
from mulgil.config import Home, environment
from mulgil.i18n import Text, get_language, render
from mulgil.model import Connection

_STARTER = "starter"
_TEMPLATE = ".template"
_HIDDEN = frozenset({"gitignore", "mulgilignore"})
_CONNECTIONS = (
    Connection(connection_id="warehouse", conn_type="duckdb", host="warehouse.duckdb"),
    Connection(connection_id="app", conn_type="sqlite", host="app.sqlite"),
)
# A day of the starter's data.
DAY = "2025-01-05"


@click.command(help=render(Text("cli.help_init")))
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help=render(Text("cli.help_force")))
@click.pass_context
def init(ctx: click.Context, folder: Path | None, *, force: bool) -> None:
    """Write the starter project into a folder and make the folder a home with its connections.

    Raises:
        ProjectExistsError: A file of the project is there already; nothing was written.
    """
    chosen = folder or Path((ctx.parent and ctx.parent.params.get("home")) or ".")
    home = environment.resolve_home(chosen)
    project = dict(_project())
    present = [name for name in project if (home.path / name).exists()]
    if present and not force:
        raise ProjectExistsError("cli.project_exists", folder=shown(home.path), files=", ".join(present))
    for name, content in project.items():
        file = home.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    _set_up(home)
    click.echo(render(Text("cli.init_done", {"folder": shown(home.path), "count": len(project)})))
    here = "" if home.path == Path.cwd() else f"  cd {chosen}\n"
    click.echo(render(Text("cli.init_next", {"cd": here, "day": DAY})))


def _project() -> Iterator[tuple[str, bytes]]:
    """Return the project's files by their paths, in the language that is set where they are in several."""
    readme = f"README.{get_language().value}.md"
    for name, found in sorted(_found(files("mulgil.cli") / _STARTER, PurePosixPath())):
        path = PurePosixPath(name.removesuffix(_TEMPLATE))
        if path.name.startswith("README."):
            if path.name != readme:
                continue
            path = path.with_name("README.md")
        if path.name in _HIDDEN:
            path = path.with_name(f".{path.name}")
        yield str(path), found.read_bytes()


def _found(folder: Traversable, below: PurePosixPath) -> Iterator[tuple[str, Traversable]]:
    for item in folder.iterdir():
        if item.is_dir():
            yield from _found(item, below / item.name)
        else:
            yield str(below / item.name), item


def _set_up(home: Home) -> None:
    """Make the folder a home; a connection that is there already stays."""
    from mulgil.stores.sql import upgrade
    from mulgil.system import SystemClock

    make_home(home)
    upgrade(home.database_file)
    store = open_store(home)
    try:
        for connection in _CONNECTIONS:
            if store.connection(connection.connection_id) is None:
                store.put_connection(connection, by="init", at=SystemClock().now())
    finally:
        store.close()
