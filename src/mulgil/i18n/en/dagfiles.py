"""Dag files: finding, copying and importing them."""

MESSAGES: dict[str, str] = {
    "dagfiles.bundle_too_large": (
        "The dags folder {folder} holds {megabytes} MB; the limit is {limit} MB. The largest file is {largest} "
        "({largest_megabytes} MB). Move data out of the folder, name it in a .mulgilignore file, or raise "
        "`snapshot_limit_mb` in section [dagfiles] of mulgil.toml."
    ),
    "dagfiles.exits": (
        "{file}:{line}: the file ends the process while it is imported (exit code {code}). Put what only runs by "
        'hand under `if __name__ == "__main__":`.'
    ),
    "dagfiles.folder_unreadable": (
        "The dags folder {folder} can't be read: {why}. Check that it exists and who may read it."
    ),
    "dagfiles.hangs": (
        "{file} was not imported within {seconds} s and was stopped. Look for waiting, network access or endless "
        "loops outside tasks; `parse_timeout_seconds` in section [dagfiles] of mulgil.toml is the limit."
    ),
    "dagfiles.hangs_at": (
        "{file}:{line}: the import did not end within {seconds} s and was stopped; it hung in this line. Move "
        "waiting and network access into a task; `parse_timeout_seconds` in section [dagfiles] of mulgil.toml is "
        "the limit."
    ),
    "dagfiles.import_failed": "{file}:{line}: {message}. Check the name and the installed version of the package.",
    "dagfiles.imports_airflow": (
        "{file}:{line}: the file imports {module!r}, and Airflow isn't installed here. Import the same names "
        "from `mulgil`; docs/airflow-differences.md lists what differs."
    ),
    "dagfiles.missing_module": (
        "{file}:{line}: there is no module {module!r}. If it is a package, install it where mulgil runs: `pip "
        "install {distribution}`. If it is your own, put it into {folder}."
    ),
    "dagfiles.missing_module_guess": "{file}:{line}: there is no module {module!r}. Did you mean {guess!r}?",
    "dagfiles.missing_name": (
        "{file}:{line}: module {module!r} has no {name!r}. Check the spelling and the version of the package."
    ),
    "dagfiles.missing_name_guess": "{file}:{line}: module {module!r} has no {name!r}. Did you mean {guess!r}?",
    "dagfiles.missing_submodule": (
        "{file}:{line}: package {package!r} is there, but has no module {module!r}. Check the spelling and the "
        "package's version."
    ),
    "dagfiles.parse_server_gone": "The process that parses dag files has died; the DAG processor starts anew.",
    "dagfiles.parser_exited": (
        "{file}: the process that imported the file ended with exit code {exit_code} before it was done. Look "
        "for os._exit() or a library that ends the process."
    ),
    "dagfiles.parser_killed": (
        "{file}: the process that imported the file was ended by {signal}. SIGKILL usually means that memory ran "
        "out, SIGSEGV a fault in a native library that the file imports."
    ),
    "dagfiles.raised": (
        "{file}:{line}: {kind}: {message}. Correct this line, or move it into a task if it needs what exists "
        "only at run time."
    ),
    "dagfiles.recursion": (
        "{file}:{line}: the import recurses without end. Look for a function that calls itself, or a structure "
        "that contains itself."
    ),
    "dagfiles.snapshot_failed": (
        "The dags folder can't be copied to {folder}: {why}. Check the free space and who may write there."
    ),
    "dagfiles.syntax_error": (
        "{file}:{line}: {message}: `{code}`. Correct the Python syntax in or just before this line."
    ),
    "dagfiles.unfit_event_loop": (
        "{file} leaves an event loop running when it is imported, so its tasks start in new processes instead of "
        "forks. Start the loop inside a task."
    ),
    "dagfiles.unfit_threads": (
        "{file} starts threads when it is imported ({threads}), so its tasks start in new processes instead of "
        "forks. Start them inside a task."
    ),
}
