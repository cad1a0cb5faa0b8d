"""Functions by the type of resource whose values they bring into the model's form; both readers have such a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Values = dict[str, Any]
Shape = Callable[[Values], Values]


class Shapes:
    """Used as a decorator, `@of("AWS::S3::Bucket")`, it takes a function up; `apply` calls the one of a type."""

    def __init__(self) -> None:
        self._by_kind: dict[str, Shape] = {}

    def __call__(self, kind: str) -> Callable[[Shape], Shape]:
        """Take the decorated function up for `kind`."""

        def add(function: Shape) -> Shape:
            self._by_kind[kind] = function
            return function

        return add

    def apply(self, kind: str, values: Values) -> Values:
        """The values as the function of `kind` makes them; as they are where there is none."""
        return self._by_kind[kind](values) if kind in self._by_kind else values
