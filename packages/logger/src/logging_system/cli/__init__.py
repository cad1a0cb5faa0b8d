"""The console script `logging-system`: one module a subcommand; nothing of the library imports it."""
