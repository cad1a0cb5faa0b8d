"""The application: routes, the database behind them, the live page, and the middleware around all of it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.exception_handlers import request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel, Field

from demo_service import __version__, alert_webhook, chaos, logs_stream
from demo_service.held_memory import HeldMemory
from demo_service.live_feed import LiveFeed
from demo_service.orders import OrderStore
from demo_service.settings import ServiceSettings
from logging_system import get_context, get_logger
from logging_system.integrations.asgi import App, LoggingMiddleware
from logging_system.pipeline.lifecycle import current_settings

logger = get_logger("demo_service.app")
_LIVE_PAGE = Path(__file__).parent / "live_page"
#: The page loads its own files and nothing else.
_PAGE_HEADERS = {"Content-Security-Policy": "default-src 'self'", "Cache-Control": "no-cache"}


class NewOrder(BaseModel):
    """What a client orders."""

    item: str = Field(min_length=1, max_length=200, examples=["teapot"])
    quantity: int = Field(default=1, ge=1, le=1000)
    customer: str = Field(default="guest", min_length=1, max_length=200)
    unit_price_cents: int = Field(default=1000, ge=0, le=100_000_000)


class PageFiles(StaticFiles):
    """Static files with the page's headers."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """See StaticFiles."""
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers.update(_PAGE_HEADERS)
        return response


def create_app(settings: ServiceSettings, feed: LiveFeed, *, metrics_url: str | None = None) -> App:
    """Build the application; `feed` must be one of the sinks. Raises sqlite3.Error if the database cannot be used."""
    store = OrderStore(settings.database)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        feed.attach()
        logger.info("service started", database=settings.database, chaos=settings.chaos)
        yield
        logger.info("service stopped")
        store.close()

    app = FastAPIOffline(
        title="Advanced Logging System: demo service",
        version=__version__,
        description="Orders in SQLite. Every request is one access record; its id comes back in `X-Correlation-ID`.",
        lifespan=lifespan,
    )
    library = current_settings()
    app.state.feed = feed
    app.state.store = store
    app.state.firing_alerts = {}
    app.state.hello = {
        "service_name": library.service_name,
        "version": library.version,
        "environment": library.environment,
        "epoch": time.time_ns(),
        "metrics_url": metrics_url,
    }
    _add_page(app)
    _add_health(app, store, feed)
    _add_orders(app, store)
    app.include_router(logs_stream.router)
    if settings.chaos:
        app.state.held_memory = HeldMemory()
        app.include_router(chaos.router)
    if settings.alert_webhook:
        app.include_router(alert_webhook.router)
    app.add_exception_handler(RequestValidationError, _refuse)
    app.add_exception_handler(Exception, _fail)
    return LoggingMiddleware(app, probes=["/health/live", "/health/ready"])


def _add_page(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    async def live_page() -> FileResponse:
        return FileResponse(_LIVE_PAGE / "index.html", headers=_PAGE_HEADERS)

    @app.get("/favicon.ico", include_in_schema=False)
    async def icon() -> FileResponse:
        return FileResponse(_LIVE_PAGE / "icon.svg")

    app.mount("/live", PageFiles(directory=_LIVE_PAGE), name="live")


def _add_health(app: FastAPI, store: OrderStore, feed: LiveFeed) -> None:
    @app.get("/health/live", tags=["health"], summary="The process answers")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/health/ready", tags=["health"], summary="The database answers and the service is not stopping")
    def ready() -> JSONResponse:
        if feed.ended:
            return JSONResponse({"status": "stopping"}, status_code=503)
        try:
            store.check()
        except sqlite3.Error as error:
            logger.error("database cannot be read", exc_info=error)
            return JSONResponse({"status": "database unavailable"}, status_code=503)
        return JSONResponse({"status": "ok"})


def _add_orders(app: FastAPI, store: OrderStore) -> None:
    @app.get("/api/orders", tags=["orders"], summary="The newest orders")
    def list_orders(limit: Annotated[int, Query(ge=1, le=100)] = 20) -> list[dict[str, str | int]]:
        orders = store.newest(limit)
        logger.info("orders listed", count=len(orders))
        return [order.as_json() for order in orders]

    @app.post("/api/orders", tags=["orders"], summary="Place an order", status_code=201)
    def place_order(new: NewOrder, response: Response) -> dict[str, str | int]:
        with logger.timer("place_order", item=new.item):
            order = store.add(**new.model_dump())
        logger.info("order placed", order_id=order.id, customer=order.customer, total_cents=order.total_cents)
        response.headers["Location"] = f"/api/orders/{order.id}"
        return order.as_json()

    @app.get("/api/orders/{order_id}", tags=["orders"], summary="One order")
    def get_order(order_id: int) -> dict[str, str | int]:
        # SQLite's integers have 64 bits; anything beyond cannot be an id.
        order = store.get(order_id) if abs(order_id) < 2**63 else None
        if order is None:
            logger.warning("order not found", order_id=order_id)
            raise HTTPException(404, "no such order")
        return order.as_json()


async def _refuse(request: Request, error: Exception) -> Response:
    """422, and one record that says what was wrong with which field, without the values."""
    if not isinstance(error, RequestValidationError):
        raise error
    problems = [f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()]
    logger.warning("request refused", problems=problems)
    return await request_validation_exception_handler(request, error)


async def _fail(_request: Request, _error: Exception) -> Response:
    """500 with the id that finds the records; the access record carries the exception."""
    return JSONResponse(
        {"detail": "internal error", "correlation_id": get_context().get("correlation_id")}, status_code=500
    )
