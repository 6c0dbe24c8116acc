"""One module per command: what it does, and how its result is shown."""
