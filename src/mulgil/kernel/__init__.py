"""The scheduling core: pure state machines. `advance(run, event, now)` is the only way a run changes."""
