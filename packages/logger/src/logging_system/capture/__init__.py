"""The standard library's logging, warnings and hooks for uncaught exceptions, into the same pipeline."""
