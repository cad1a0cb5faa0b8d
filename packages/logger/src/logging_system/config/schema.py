"""Every setting once: its key in the YAML, its environment variable, its keyword, reader and default.

Precedence is keyword argument, environment, YAML file, default; `load.py` applies it. The readers
are in `values.py`. Documentation and checks walk the tables below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from logging_system.config.values import (
    Reader,
    one_of,
    optional,
    read_bool,
    read_level,
    read_levels,
    read_optional_text,
    read_path,
    read_record_size,
    read_seconds,
    read_share,
    read_size,
    read_text,
    whole_number,
)

Overflow = Literal["block", "drop_newest", "drop_oldest"]

#: Days that CloudWatch Logs accepts (PutRetentionPolicy API reference).
RETENTION_DAYS: tuple[int, ...] = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731)
RETENTION_DAYS += (1096, 1827, 2192, 2557, 2922, 3288, 3653)


def _retention_days(value: object) -> int:
    days = whole_number(1, max(RETENTION_DAYS))(value)
    if days not in RETENTION_DAYS:
        raise ValueError(f"got {days}, expected one of {', '.join(map(str, RETENTION_DAYS))}")
    return int(days)


def _stream_name(value: object) -> str:
    text = str(read_text(value))
    try:
        text.format(host="", pid=0, service_name="")
    except (KeyError, IndexError, ValueError):
        raise ValueError(f'got "{text}", expected a name with {{host}}, {{pid}} or {{service_name}} in it') from None
    return text


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: `name` is its field below and its keyword in `configure`."""

    key: str
    name: str
    read: Reader
    help: str
    env: str | None = None


@dataclass(frozen=True, slots=True)
class CloudWatchSettings:
    """The sink `cloudwatch`; sizes in bytes, times in seconds."""

    log_group: str | None = None
    log_stream: str = "{host}-{pid}"
    region: str | None = None
    endpoint_url: str | None = None
    retention_days: int | None = None
    metrics_namespace: str | None = None
    level: str = "DEBUG"
    batch_size: int = 10_000
    batch_bytes: int = 1_048_576
    flush_interval: float = 1.0
    timeout: float = 10.0


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole, checked configuration."""

    log_level: str = "INFO"
    #: Minimum levels by logger name.
    levels: Mapping[str, str] = field(default_factory=dict)
    sample_rate: float = 1.0
    max_record_size: int = 256 * 1024
    handle_sigterm: bool = False
    capture_stdlib: bool = False
    structured: bool = True
    console_output: bool = True
    file_output: bool = True
    overflow: Overflow = "drop_newest"
    buffer_bytes: int = 16 * 1024 * 1024
    flush_interval: float = 0.2
    log_dir: str = "logs"
    max_file_size: int = 10 * 1024 * 1024
    backup_count: int = 5
    file_format: Literal["json", "plain"] = "json"
    file_compress: Literal["none", "gzip"] = "gzip"
    fsync: bool = False
    console_format: Literal["auto", "json", "colored", "plain"] = "auto"
    service_name: str = "logging-service"
    version: str = "0.0.0"
    environment: str = "dev"
    metrics_port: int = 8080
    aws_region: str = "us-west-2"
    cloudwatch: CloudWatchSettings | None = None
    #: Sinks given as objects to `configure(sinks=[...])`; see `sinks/base.py`.
    sinks: tuple[Any, ...] = field(default=())


SETTINGS: tuple[Setting, ...] = (
    Setting("logging.level", "log_level", read_level, "minimum level", "LOG_LEVEL"),
    Setting("logging.levels", "levels", read_levels, "minimum levels by logger name"),
    Setting(
        "logging.sample_rate",
        "sample_rate",
        read_share,
        "share of requests whose records below ERROR are written",
        "LOG_SAMPLE_RATE",
    ),
    Setting("logging.max_record_size", "max_record_size", read_record_size, "longer records are cut"),
    Setting("logging.handle_sigterm", "handle_sigterm", read_bool, "flush on SIGTERM, then do what was set before"),
    Setting("logging.capture_stdlib", "capture_stdlib", read_bool, "records of the standard library and warnings"),
    Setting("logging.structured", "structured", read_bool, "false writes plain text into the file"),
    Setting("logging.console_output", "console_output", read_bool, "the console sink"),
    Setting("logging.file_output", "file_output", read_bool, "the file sink"),
    Setting(
        "logging.overflow",
        "overflow",
        one_of("block", "drop_newest", "drop_oldest"),
        "what happens when the buffer is full",
        "LOG_OVERFLOW",
    ),
    Setting("logging.buffer_bytes", "buffer_bytes", read_size, "bound of the buffer", "LOG_BUFFER_BYTES"),
    Setting(
        "logging.flush_interval",
        "flush_interval",
        read_seconds,
        "seconds a record waits in the buffer at most",
        "LOG_FLUSH_INTERVAL",
    ),
    Setting("handlers.file.dir", "log_dir", read_path, "directory of the log files", "LOG_DIR"),
    Setting("handlers.file.max_size", "max_file_size", read_size, "size at which a file is rotated", "MAX_FILE_SIZE"),
    Setting(
        "handlers.file.backup_count", "backup_count", whole_number(0, 10_000), "rotated files to keep", "BACKUP_COUNT"
    ),
    Setting("handlers.file.format", "file_format", one_of("json", "plain"), "format of the file"),
    Setting("handlers.file.compress", "file_compress", one_of("none", "gzip"), "compression of rotated files"),
    Setting("handlers.file.fsync", "fsync", read_bool, "force each batch to the disk", "LOG_FSYNC"),
    Setting(
        "handlers.console.format",
        "console_format",
        one_of("auto", "json", "colored", "plain"),
        "format of the console; auto is colored on a terminal, json elsewhere",
        "LOG_FORMAT",
    ),
    Setting("context.service_name", "service_name", read_text, "name of the service", "SERVICE_NAME"),
    Setting("context.version", "version", read_text, "version of the service", "SERVICE_VERSION"),
    Setting("context.environment", "environment", read_text, "dev, staging, prod …", "ENVIRONMENT"),
    Setting("metrics.port", "metrics_port", whole_number(0, 65_535), "port of metrics.start_server", "METRICS_PORT"),
    Setting("aws.region", "aws_region", read_text, "region of the CloudWatch sink", "AWS_REGION"),
)

CLOUDWATCH: tuple[Setting, ...] = (
    Setting("log_group", "log_group", read_optional_text, "default /app/<service_name>"),
    Setting("log_stream", "log_stream", _stream_name, "may hold {host}, {pid}, {service_name}"),
    Setting("region", "region", read_optional_text, "default AWS_REGION"),
    Setting("endpoint_url", "endpoint_url", read_optional_text, "another endpoint, such as an embedded AWS"),
    Setting("retention_days", "retention_days", optional(_retention_days), "set on a group that the sink creates"),
    Setting("metrics_namespace", "metrics_namespace", read_optional_text, "also count records by level as metrics"),
    Setting("level", "level", read_level, "lowest level that is sent"),
    Setting("batch_size", "batch_size", whole_number(1, 10_000), "records in one call"),
    Setting("batch_bytes", "batch_bytes", read_size, "bytes in one call"),
    Setting("flush_interval", "flush_interval", read_seconds, "seconds a batch is collected at most"),
    Setting("timeout", "timeout", read_seconds, "seconds a call may take"),
)

#: Remote sinks by their key under `handlers:`, with the dataclass that holds them.
REMOTE_SINKS: dict[str, tuple[tuple[Setting, ...], type[Any]]] = {"cloudwatch": (CLOUDWATCH, CloudWatchSettings)}

#: Keywords that `configure` takes besides `path`.
KEYWORDS: frozenset[str] = frozenset(f.name for f in fields(Settings)) - REMOTE_SINKS.keys()
