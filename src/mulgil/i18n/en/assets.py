"""What `mulgil assets` says."""

MESSAGES: dict[str, str] = {
    "assets.ambiguous": ("More than one table is called {name!r}: {found}. Give one of these."),
    "assets.help": ("Tables that dags read and write: what stands in them, and what their ledgers say."),
    "assets.help_commits": ("List a table's commits, newest first."),
    "assets.help_gc": (
        "Remove what dead writers left beside the targets. Work in progress is never touched. Exit code 1 if "
        "a target couldn't be looked at."
    ),
    "assets.help_gc_dry_run": ("Only list what would be removed."),
    "assets.help_limit": ("How many commits to list."),
    "assets.help_list": (
        "List every table that dags read or write, with its last commit, rows, partitions and producer."
    ),
    "assets.help_reconcile": (
        "Compare what this installation knows of tables' commits with their ledgers, and repair the "
        "differences: the ledger is right. All tables, unless NAMES are given. Exit code 1 if a ledger "
        "couldn't be read."
    ),
    "assets.help_reconcile_dry_run": ("Only say what differs."),
    "assets.help_show": (
        "Show a table: columns, partitions, who writes and reads it, and what the checks of its last commit "
        "found. NAME is the table's, or CONNECTION/NAME."
    ),
    "assets.looking": ("Looking at {connection} …"),
    "assets.misspelt": (
        "No dag names a table {name!r}, and no commit was made in one; did you mean {nearest!r}? `mulgil "
        "assets list` shows all."
    ),
    "assets.no_commits": ("Nothing was committed to {name} yet."),
    "assets.no_garbage": ("Nothing is left behind."),
    "assets.no_copies": (
        "`-`: no run here has reported a commit of it. If it was written elsewhere, `mulgil assets reconcile` takes "
        "its commits over from the table's ledger."
    ),
    "assets.none": ("No dag reads or writes a table yet."),
    "assets.nothing_differs": ("Nothing differs from the ledgers (tables compared: {tables})."),
    "assets.target_unread": ("{connection} couldn't be asked: {why}"),
    "assets.unknown": ("No dag names a table {name!r}, and no commit was made in one. `mulgil assets list` shows all."),
}
