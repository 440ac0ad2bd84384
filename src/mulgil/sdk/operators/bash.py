"""Tasks that run a shell command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Unpack

from mulgil.sdk.context import Context
from mulgil.sdk.errors import TaskCallError, TaskSkipped
from mulgil.sdk.operator import BaseOperator
from mulgil.sdk.task_settings import OperatorArguments

if TYPE_CHECKING:
    from subprocess import Popen

_GRACE_SECONDS = 5.0


class BashOperator(BaseOperator):
    """Runs `bash -c bash_command` in a process group of its own.

    The output goes to the try's log as it comes; its last line is the task's result. An exit code of
    `skip_on_exit_code` (99) ends the task as skipped, any other one but 0 fails it.
    """

    template_fields: ClassVar[Sequence[str]] = ("bash_command", "env", "cwd")
    template_ext: ClassVar[Sequence[str]] = (".sh", ".bash")
    preload = ("mulgil.sdk.operators._shell",)

    def __init__(
        self,
        *,
        bash_command: str,
        env: Mapping[str, str] | None = None,
        append_env: bool = False,
        skip_on_exit_code: int | Sequence[int] | None = 99,
        cwd: str | None = None,
        **operator_arguments: Unpack[OperatorArguments],
    ) -> None:
        """Keep the command; `env` replaces the environment unless `append_env` adds it to ours."""
        super().__init__(**operator_arguments)
        self.bash_command: object = bash_command
        self.env: object = env
        self.append_env = append_env
        codes = () if skip_on_exit_code is None else skip_on_exit_code
        self.skip_on_exit_code = (codes,) if isinstance(codes, int) else tuple(codes)
        self.cwd: object = cwd
        self._process: Popen[bytes] | None = None

    def execute(self, context: Context) -> str:
        """Run the command and return its last line."""
        from mulgil.sdk.operators._shell import run_shell

        def keep(process: Popen[bytes]) -> None:
            self._process = process

        env = self.env if isinstance(self.env, Mapping) else None
        cwd = None if self.cwd is None else str(self.cwd)
        code, last = run_shell(str(self.bash_command), env=env, append_env=self.append_env, cwd=cwd, started=keep)
        if code in self.skip_on_exit_code:
            raise TaskSkipped(f"bash ended with exit code {code}")
        if code < 0:
            raise TaskCallError("bash.killed", signal=-code, last=last)
        if code:
            raise TaskCallError("bash.exit_code", exit_code=code, last=last)
        return last

    def on_kill(self) -> None:
        """End the command and everything that it started: SIGTERM, then SIGKILL."""
        from mulgil.sdk.operators._shell import end_group

        if self._process is not None:
            end_group(self._process, grace_seconds=_GRACE_SECONDS)
