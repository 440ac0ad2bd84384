"""Shell commands run by tasks."""

MESSAGES: dict[str, str] = {
    "bash.exit_code": "The command ended with exit code {exit_code}. Its last line: {last}",
    "bash.killed": "The command was ended by signal {signal}. Its last line: {last}",
    "bash.no_bash": "There is no `bash` on this machine's PATH. Install it, or use a Python task.",
    "bash.no_command": "The function of task {task_id!r} returned {value}. Return the command to run as text.",
    "bash.no_folder": "The folder {cwd!r} to run the command in doesn't exist. Create it, or correct cwd.",
}
