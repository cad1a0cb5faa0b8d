"""Routes that break things on purpose, only there with `DEMO_CHAOS=1`. Each is bounded."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from logging_system import get_logger

logger = get_logger("demo_service.chaos")
router = APIRouter(prefix="/chaos", tags=["chaos"])


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


@router.get("/memory", summary="Hold memory for a while")
async def memory(
    megabytes: Annotated[int, Query(ge=1, le=512)] = 100, seconds: Annotated[float, Query(ge=0, le=60)] = 5
) -> dict[str, float]:
    """Holds `megabytes` for `seconds`."""
    held = bytearray(megabytes << 20)
    held[::4096] = b"x" * len(held[::4096])  # touch each page, or the kernel would not hand it out
    logger.warning("memory held", megabytes=megabytes, seconds=seconds)
    await asyncio.sleep(seconds)
    return {"megabytes": len(held) / (1 << 20), "seconds": seconds}
