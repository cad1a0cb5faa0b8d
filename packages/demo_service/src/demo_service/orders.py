"""Orders in SQLite, one file. The schema is made on start; calls are safe from any thread."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from logging_system import get_logger

logger = get_logger("demo_service.orders")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    customer         TEXT NOT NULL,
    item             TEXT NOT NULL,
    quantity         INTEGER NOT NULL CHECK (quantity > 0),
    unit_price_cents INTEGER NOT NULL CHECK (unit_price_cents >= 0),
    created_at       TEXT NOT NULL
) STRICT
"""


@dataclass(frozen=True, slots=True)
class Order:
    """One order as it lies in the table; `created_at` is RFC 3339, UTC."""

    id: int
    customer: str
    item: str
    quantity: int
    unit_price_cents: int
    created_at: str

    @property
    def total_cents(self) -> int:
        """Price of the whole order in cents."""
        return self.quantity * self.unit_price_cents

    def as_json(self) -> dict[str, str | int]:
        """The order as the API answers it."""
        return {**asdict(self), "total_cents": self.total_cents}


class OrderStore:
    """The table of orders. Raises sqlite3.Error when the file cannot be used."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        # Autocommit: each statement here is a whole transaction.
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=5.0)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(_SCHEMA)

    def add(self, *, customer: str, item: str, quantity: int, unit_price_cents: int) -> Order:
        """Insert an order and return it with its id."""
        created_at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with logger.timer("database_query", log_level="DEBUG", table="orders", statement="insert"), self._lock:
            cursor = self._connection.execute(
                "INSERT INTO orders (customer, item, quantity, unit_price_cents, created_at) VALUES (?, ?, ?, ?, ?)",
                (customer, item, quantity, unit_price_cents, created_at),
            )
            return Order(cursor.lastrowid or 0, customer, item, quantity, unit_price_cents, created_at)

    def get(self, order_id: int) -> Order | None:
        """The order of this id, or None."""
        with logger.timer("database_query", log_level="DEBUG", table="orders", statement="select one"), self._lock:
            row = self._connection.execute("SELECT * FROM orders WHERE id = ?", (order_id,)).fetchone()
        return Order(*row) if row else None

    def newest(self, limit: int) -> list[Order]:
        """The newest orders, newest first."""
        with logger.timer("database_query", log_level="DEBUG", table="orders", statement="select newest"), self._lock:
            rows = self._connection.execute("SELECT * FROM orders ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
        return [Order(*row) for row in rows]

    def check(self) -> None:
        """Raise sqlite3.Error if the table cannot be read."""
        with self._lock:
            self._connection.execute("SELECT 1 FROM orders LIMIT 1").fetchone()

    def close(self) -> None:
        """Close the file; later calls raise sqlite3.ProgrammingError."""
        with self._lock:
            self._connection.close()
