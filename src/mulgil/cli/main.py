"""The `mulgil` command: language, errors and exit codes.

Start-up is what a user feels first, so nothing is imported before it is needed: `--version` needs no
library at all, and a command's module is loaded when the command is named.
"""

import sys
from collections.abc import Sequence

from mulgil.config import environment
from mulgil.i18n import MulgilError, Text, render, set_language
from mulgil.model import VERSION

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

    from mulgil.cli._root import root

    try:
        result = root.main(list(arguments), prog_name="mulgil", standalone_mode=False)
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


if __name__ == "__main__":
    main()
