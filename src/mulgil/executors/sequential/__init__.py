"""One attempt at a time on this host: for debugging and for targets that bear no second writer."""
