"""What dag files print while they are parsed: passed on to the DAG processor's log, up to a limit each."""

from __future__ import annotations

import os
from contextlib import suppress

_READ_BYTES = 1 << 16
# Of what one parse prints; the rest is read and dropped, so that a file which prints for ever fills no disk.
MOST_PRINTED_BYTES = 1 << 16


class ParseOutput:
    """The reading end of one parse's standard output and error."""

    def __init__(self, file: str) -> None:
        """Make the pipe for the parse of `file`."""
        self._file = file
        self._left = MOST_PRINTED_BYTES
        self._read, self.write = os.pipe()
        os.set_blocking(self._read, False)

    def fileno(self) -> int:
        """Return the descriptor that becomes readable."""
        return self._read

    def become_output(self) -> None:
        """In the process that parses: print here from now on."""
        for descriptor in (1, 2):
            os.dup2(self.write, descriptor)
        os.close(self.write)
        os.close(self._read)

    def take(self) -> bool:
        """Pass on what has arrived; False once nobody can print any more."""
        try:
            data = os.read(self._read, _READ_BYTES)
        except BlockingIOError:
            return True
        if self._left:
            kept = data[: self._left]
            self._left -= len(kept)
            if len(kept) < len(data):
                self._left = 0
                kept += f"\n{self._file} printed more while it was imported; that is left out\n".encode()
            with suppress(OSError):
                os.write(2, kept)
        return bool(data)

    def close(self) -> None:
        """Read no more."""
        os.close(self._read)
