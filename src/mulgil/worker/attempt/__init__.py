"""What runs in an attempt's process: its way to the daemon, its log, the task, its report."""
