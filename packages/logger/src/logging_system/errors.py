"""All errors that the package raises on purpose.

LoggingSystemError
└── ConfigError    a configuration file, an environment variable or an argument is wrong

Log calls raise none of them: a logger never raises into its caller.
"""

from __future__ import annotations


class LoggingSystemError(Exception):
    """Base of the package's errors."""


class ConfigError(LoggingSystemError):
    """A setting that cannot be used. The message is one line: source, key, what was got, what was expected.

    `source` is the file, "environment" or "argument"; `key` the key path, variable or argument in it.
    """

    def __init__(self, source: str, key: str, problem: str) -> None:
        place = f"{source}: {key}" if key else source
        super().__init__(f"{place}: {problem}")
        self.source = source
        self.key = key
        self.problem = problem
