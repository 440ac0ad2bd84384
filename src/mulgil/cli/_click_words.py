"""The command-line library's own words (Usage, Options, Error …) in the language of the process.

The library looks its words up by `gettext`, which knows catalogues in files and the locale only. Its modules hold the
two look-up functions by name; here both are replaced by ones that know our catalogues. A word that the library changes
or adds is shown in English, as it says it.
"""

import importlib

from mulgil.i18n import Text, render

# What the library says → the code of our text, whose fields in braces are the library's.
WORDS = {
    "Aborted!": "click.aborted",
    "default: {default}": "click.default",
    "required": "click.required",
    "env var: {var}": "click.env_var",
    "Usage:": "click.usage",
    "Options": "click.options",
    "Commands": "click.commands",
    "Positional arguments": "click.arguments",
    "Error: {message}": "click.error",
    "Try '{command} {option}' for help.": "click.try_help",
    "Missing command.": "click.missing_command",
    "Missing argument": "click.missing_argument",
    "Missing option": "click.missing_option",
    "Missing parameter": "click.missing_parameter",
    "Choose from:\n\t{choices}": "click.choose_from",
    "Invalid value: {message}": "click.invalid_value",
    "Invalid value for {param_hint}: {message}": "click.invalid_value_for",
    "No such option {name!r}.": "click.no_such_option",
    "No such command {name!r}.": "click.no_such_command",
    "Did you mean {possibility}?": "click.did_you_mean",
    "(Did you mean one of: {possibilities}?)": "click.did_you_mean_one_of",
    "Got unexpected extra argument ({args})": "click.extra_argument",
    "Got unexpected extra arguments ({args})": "click.extra_arguments",
    "Option {name!r} does not take a value.": "click.takes_no_value",
    "Option {name!r} requires an argument.": "click.requires_argument",
    "Option {name!r} requires {nargs} arguments.": "click.requires_arguments",
    "{value!r} is not {choice}.": "click.not_the_choice",
    "{value!r} is not one of {choices}.": "click.not_one_of",
    "{value} is not in the range {range}.": "click.not_in_range",
    "{value!r} is not a valid {number_type}.": "click.not_a_number",
    "{value!r} is not a valid boolean. Recognized values: {states}": "click.not_a_boolean",
    "Could not open file {filename!r}: {message}": "click.cannot_open",
    "file": "click.file",
    "directory": "click.directory",
    "path": "click.path",
    "{name} {filename!r} is a file.": "click.is_a_file",
    "{name} {filename!r} is a directory.": "click.is_a_directory",
    "{name} {filename!r} is not readable.": "click.not_readable",
    "{name} {filename!r} is not writable.": "click.not_writable",
    "{name} {filename!r} does not exist.": "click.does_not_exist",
    "Show the version and exit.": "click.show_version",
    "Show this message and exit.": "click.show_help",
    "unknown error": "click.unknown_error",
}
_MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")


def translate_click() -> None:
    """Let the command-line library speak the language that is set when it says something."""
    for name in _MODULES:
        module = importlib.import_module(f"click.{name}")
        for function, ours in (("_", _translated), ("ngettext", _translated_number)):
            if hasattr(module, function):
                setattr(module, function, ours)


def _translated(words: str) -> str:
    code = WORDS.get(words)
    return words if code is None else render(Text(code))


def _translated_number(one: str, many: str, count: int) -> str:
    return _translated(one if count == 1 else many)
