"""Attempts on this host's worker daemons, a fixed number at a time."""
