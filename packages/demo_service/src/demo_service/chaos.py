"""Routes that break things on purpose, only there with `DEMO_CHAOS=1`. Each is bounded."""

from __future__ import annotations

import asyncio
import threading
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import JSONResponse

from demo_service.flood import flood
from demo_service.held_memory import CannotHold, HeldMemory
from logging_system import get_logger

logger = get_logger("demo_service.chaos")
router = APIRouter(prefix="/chaos", tags=["chaos"])
_one_flood = threading.Lock()


class PaymentProviderError(RuntimeError):
    """What `/chaos/error` raises."""


@router.get("/error", summary="Raise an exception")
async def error() -> None:
    """Answers 500; the access record carries the exception with its cause."""
    try:
        raise TimeoutError("no answer from payments.example.com within 2 s")
    except TimeoutError as cause:
        raise PaymentProviderError("the charge could not be made") from cause


@router.get("/slow", summary="Answer late")
async def slow(seconds: Annotated[float, Query(ge=0, le=30)] = 2.5) -> dict[str, float]:
    """Answers after `seconds`."""
    with logger.timer("slow_operation", seconds=seconds):
        await asyncio.sleep(seconds)
    return {"seconds": seconds}


@router.get("/critical", summary="Write a CRITICAL record")
async def critical() -> JSONResponse:
    """Answers 503."""
    logger.critical("stock database is read-only", disk_free_bytes=0)
    return JSONResponse({"detail": "stock database is read-only"}, status_code=503)


@router.get("/memory", summary="Hold memory for a while", responses={409: {"description": "cannot be held"}})
async def memory(
    request: Request,
    megabytes: Annotated[int, Query(ge=1, le=512)] = 100,
    percent_of_limit: Annotated[float | None, Query(gt=0, le=95)] = None,
    seconds: Annotated[float, Query(ge=0, le=600)] = 5,
) -> dict[str, float]:
    """Holds `megabytes`, or what takes the process to `percent_of_limit` of its memory limit, for `seconds`.

    Answers when it is over. One at a time, and never so much that the kernel would end the process.
    """
    held: HeldMemory = request.app.state.held_memory
    logger.warning("memory held", megabytes=megabytes, percent_of_limit=percent_of_limit, seconds=seconds)
    try:
        share = None if percent_of_limit is None else percent_of_limit / 100
        most = await held.hold(seconds=seconds, megabytes=megabytes, share=share)
    except CannotHold as reason:
        raise HTTPException(409, str(reason)) from None
    return {"megabytes": most / (1 << 20), "seconds": seconds}


@router.get("/memory/release", summary="Hold no memory any more")
async def release_memory(request: Request) -> dict[str, float]:
    """Ends what `/chaos/memory` does."""
    held: HeldMemory = request.app.state.held_memory
    return {"megabytes": held.release() / (1 << 20)}


@router.get("/flood", summary="Log more than the buffer holds", responses={409: {"description": "one is under way"}})
def flood_buffer(
    records: Annotated[int, Query(ge=1, le=200_000)] = 100_000, seconds: Annotated[float, Query(gt=0, le=30)] = 10
) -> dict[str, int]:
    """Logs large records from several threads until some are dropped, at most `records` and for `seconds`.

    With `LOG_OVERFLOW=block` none is dropped, because callers wait.
    """
    if not _one_flood.acquire(blocking=False):
        raise HTTPException(409, "a flood is under way")
    try:
        logged, dropped = flood(records, seconds)
    finally:
        _one_flood.release()
    logger.warning("flood is over", logged=logged, dropped=dropped)
    return {"logged": logged, "dropped": dropped}
