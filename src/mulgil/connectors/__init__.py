"""One folder per outside system: how to read from it and how to write to it. None imports another."""
