"""The root command: which module holds which command, and a home for all of them."""

from contextlib import nullcontext, suppress
from difflib import get_close_matches
from importlib import import_module

import click

from mulgil.cli._click_words import translate_click
from mulgil.cli.session import Session
from mulgil.config import SettingsError, environment, load_settings
from mulgil.i18n import Text, render, set_language
from mulgil.model import VERSION

# Command → the module and attribute that hold it, in the order of `mulgil --help`.
COMMANDS = {
    "init": "mulgil.cli.init:init",
    "up": "mulgil.cli.up:up",
    "run": "mulgil.cli.run:run",
    "prove": "mulgil.cli.prove:prove",
    "dags": "mulgil.cli.dags:dags",
    "runs": "mulgil.cli.runs:runs",
    "tasks": "mulgil.cli.tasks:tasks",
    "backfill": "mulgil.cli.backfill:backfill",
    "assets": "mulgil.cli.assets:assets",
    "connections": "mulgil.cli.connections:connections",
    "variables": "mulgil.cli.variables:variables",
    "pools": "mulgil.cli.pools:pools",
    "db": "mulgil.cli.db:db",
    "doctor": "mulgil.cli.doctor:doctor",
    "scheduler": "mulgil.cli.processes:scheduler",
    "dag-processor": "mulgil.cli.processes:dag_processor",
    "worker": "mulgil.cli.processes:worker",
    "version": "mulgil.cli.version:version",
}


# Before the first option is declared: some of the library's words are taken then.
translate_click()


class LazyGroup(click.Group):
    """A group that imports a command when it is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that `args` names.

        Raises:
            click.UsageError: There is none; with the nearest name.
        """
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = render(Text("cli.did_you_mean", {"name": near[0]})) if near else ""
            raise click.UsageError(render(Text("cli.no_such_command", {"name": args[0], "hint": hint})).rstrip())
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, help=render(Text("cli.help")), context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", metavar="DIR", help=render(Text("cli.help_home")))
@click.version_option(VERSION, prog_name="mulgil", message="%(prog)s %(version)s")
@click.pass_context
def root(ctx: click.Context, home: str | None) -> None:
    """Make the session that every command gets."""
    session = Session(home=environment.resolve_home(home))
    # Settings that can't be read are what `mulgil doctor` is to tell of.
    with suppress(SettingsError) if ctx.invoked_subcommand == "doctor" else nullcontext():
        if session.home.settings_file.exists():
            set_language(environment.language(configured=load_settings(session.home).core.language))
    ctx.obj = session
    ctx.call_on_close(session.close)
