"""The command line: one file per command group, and the composition root that wires adapters to ports."""
