"""Named SQL statements, in files beside this module.

`portable/*.sql` holds what every database understands, with `:name` parameters; the folder named after
a database adds what is its own (and may restate a portable name where the database has a better form).
In a file each statement follows a line `-- name: <name>`. The statements run on the plain driver, so
that neither a scheduler's step nor a short command pays for loading a query builder.
"""

from mulgil.stores.sql.queries._loading import load_statements

__all__ = ["load_statements"]
