"""The `mulgil` command: language, errors, and which module holds which command.

Start-up is what a user feels first, so nothing is imported before it is needed: a command's module is
loaded when the command is named, and each loads its libraries when it runs.
"""

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module

from mulgil.config import environment
from mulgil.i18n import MulgilError, Text, render, set_language
from mulgil.model import VERSION

# Command → the module and attribute that hold it, in the order of `mulgil --help`.
COMMANDS = {
    "up": "mulgil.cli.up:up",
    "dags": "mulgil.cli.dags:dags",
    "runs": "mulgil.cli.runs:runs",
    "tasks": "mulgil.cli.tasks:tasks",
    "connections": "mulgil.cli.connections:connections",
    "variables": "mulgil.cli.variables:variables",
    "pools": "mulgil.cli.pools:pools",
    "db": "mulgil.cli.db:db",
    "scheduler": "mulgil.cli.processes:scheduler",
    "dag-processor": "mulgil.cli.processes:dag_processor",
    "worker": "mulgil.cli.processes:worker",
    "version": "mulgil.cli.version:version",
}

EXIT_ERROR = 1
EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code: 0 done, 1 refused or failed, 2 misused."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if list(arguments) == ["--version"]:
        print(f"mulgil {VERSION}")
        return
    set_language(environment.language())
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str]) -> int:
    import click

    try:
        result = _root().main(list(arguments), prog_name="mulgil", standalone_mode=False)
    except click.exceptions.Abort:
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except MulgilError as error:
        click.echo(f"{click.style(render(Text('cli.error')), fg='red', bold=True)} {error}", err=True)
        return EXIT_ERROR
    except BrokenPipeError:
        # The reader of our output (`head`, a pager) has seen enough.
        sys.stderr.close()
        return EXIT_ERROR
    return result if isinstance(result, int) else 0


def _root() -> "click.Group":
    import click

    class Root(click.Group):
        """A group that imports a command when it is named."""

        def list_commands(self, ctx: click.Context) -> list[str]:
            return list(COMMANDS)

        def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
            if name not in COMMANDS:
                return None
            module, _, attribute = COMMANDS[name].partition(":")
            command: click.Command = getattr(import_module(module), attribute)
            return command

        def resolve_command(
            self, ctx: click.Context, args: list[str]
        ) -> tuple[str | None, click.Command | None, list[str]]:
            if args and not args[0].startswith("-") and args[0] not in COMMANDS:
                near = get_close_matches(args[0], COMMANDS, n=1)
                hint = render(Text("cli.did_you_mean", {"name": near[0]})) if near else ""
                raise click.UsageError(render(Text("cli.no_such_command", {"name": args[0], "hint": hint})).rstrip())
            return super().resolve_command(ctx, args)

    from mulgil.cli._session import Session

    @click.group(cls=Root, help=render(Text("cli.help")), context_settings={"help_option_names": ["-h", "--help"]})
    @click.option("--home", metavar="DIR", help=render(Text("cli.help_home")))
    @click.version_option(VERSION, prog_name="mulgil", message="%(prog)s %(version)s")
    @click.pass_context
    def root(ctx: click.Context, home: str | None) -> None:
        session = Session(home=environment.resolve_home(home))
        ctx.obj = session
        ctx.call_on_close(session.close)

    return root


if __name__ == "__main__":
    main()
