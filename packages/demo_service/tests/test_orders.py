"""Orders: what is placed can be read, also by the next process; what is wrong is refused."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from demo_service.orders import OrderStore


def test_an_order_that_was_placed_can_be_read(client: TestClient) -> None:
    """POST, then GET by id and in the list."""
    placed = client.post("/api/orders", json={"item": "teapot", "quantity": 2, "unit_price_cents": 1250})

    assert placed.status_code == 201
    order = placed.json()
    assert (order["item"], order["quantity"], order["total_cents"]) == ("teapot", 2, 2500)
    assert client.get(placed.headers["Location"]).json() == order
    assert client.get("/api/orders").json() == [order]


@pytest.mark.parametrize(
    "body",
    [{}, {"item": ""}, {"item": "x", "quantity": 0}, {"item": "x", "quantity": "many"}, [], {"item": "x" * 201}],
)
def test_an_order_that_makes_no_sense_is_refused(client: TestClient, body: object) -> None:
    """422 says which field; nothing is stored."""
    answer = client.post("/api/orders", json=body)

    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert client.get("/api/orders").json() == []


@pytest.mark.parametrize("order_id", ["1", "0", "-1", str(2**63), str(10**30)])
def test_an_order_that_is_not_there_is_404(client: TestClient, order_id: str) -> None:
    """Also for numbers that no database holds."""
    assert client.get(f"/api/orders/{order_id}").status_code == 404


def test_the_list_is_newest_first_and_bounded(client: TestClient) -> None:
    """`limit` from 1 to 100."""
    for number in range(30):
        client.post("/api/orders", json={"item": f"item {number}"})

    assert [order["item"] for order in client.get("/api/orders?limit=2").json()] == ["item 29", "item 28"]
    assert len(client.get("/api/orders").json()) == 20
    assert client.get("/api/orders?limit=1000").status_code == 422


def test_orders_survive_the_process_and_threads(tmp_path: Path) -> None:
    """A real file; calls from many threads."""
    path = str(tmp_path / "orders.sqlite3")
    store = OrderStore(path)

    def place() -> None:
        for _ in range(50):
            store.add(customer="c", item="i", quantity=1, unit_price_cents=1)

    threads = [threading.Thread(target=place) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.close()

    again = OrderStore(path)
    assert [order.id for order in again.newest(1)] == [200]
    again.close()


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    """At the start, not at the first order."""
    path = tmp_path / "orders.sqlite3"
    path.write_text("this is a text file, and rather a long one for a header" * 100, encoding="utf-8")

    with pytest.raises(sqlite3.DatabaseError):
        OrderStore(str(path))
