"""The part of the SQL store through which people's wishes go to the scheduler, and its answers come back."""

from mulgil.messages import Command, CommandAnswer
from mulgil.stores.sql.part import StorePart
from mulgil.stores.sql.rows import log


class SqlCommandStore(StorePart):
    """Commands and their answers."""

    def submit(self, command: Command) -> None:
        """Insert a command; inserting the same `command_id` again changes nothing."""
        with self._database.write() as transaction:
            transaction.run("submit_command", log.command_params(command))

    def answer(self, command_id: str) -> CommandAnswer | None:
        """Return the owner's answer, or None while there is none."""
        with self._database.read() as transaction:
            row = transaction.row("answer", {"command_id": command_id})
            return None if row is None or row[0] is None else log.answer_value(row[0])
