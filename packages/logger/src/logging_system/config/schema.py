"""Every setting once: its key in the YAML, its environment variable, its keyword, reader and default.

Precedence is keyword argument, environment, YAML file, default; `load.py` applies it. The readers
are in `values.py`. Documentation and checks walk the tables below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from logging_system.config.filter_rules import FilterRule, read_filters
from logging_system.config.redaction import Redact, read_names, read_patterns, read_presets
from logging_system.config.values import (
    OneNumberOf,
    Reader,
    one_of,
    optional,
    read_bool,
    read_duration,
    read_integer_bits,
    read_level,
    read_levels,
    read_optional_text,
    read_path,
    read_record_size,
    read_seconds,
    read_secret,
    read_share,
    read_size,
    read_stream_name,
    read_text,
    read_url,
    whole_number,
)

Overflow = Literal["block", "drop_newest", "drop_oldest"]

#: Days that CloudWatch Logs accepts (PutRetentionPolicy API reference).
RETENTION_DAYS: tuple[int, ...] = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731)
RETENTION_DAYS += (1096, 1827, 2192, 2557, 2922, 3288, 3653)
_RETENTION = OneNumberOf(RETENTION_DAYS)


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
    filters: tuple[FilterRule, ...] = ()
    #: Records of one call site in `rate_limit_interval` seconds; None: no limit.
    rate_limit: int | None = None
    rate_limit_interval: float = 1.0
    #: Records below the level held for each context; 0: none.
    flight_recorder: int = 0
    flight_recorder_level: str = "DEBUG"
    flight_recorder_trigger: str = "ERROR"
    max_record_size: int = 256 * 1024
    #: Integers that need more bits become text: 64, or 53 for receivers that read numbers as JavaScript does.
    integer_bits: int = 64
    handle_sigterm: bool = False
    handle_sighup: bool = False
    capture_stdlib: bool = False
    structured: bool = True
    console_output: bool = True
    file_output: bool = True
    overflow: Overflow = "drop_newest"
    buffer_bytes: int = 16 * 1024 * 1024
    #: Seconds that a caller waits for space at most, under the policy `block`.
    block_timeout: float = 10.0
    flush_interval: float = 0.2
    #: A record of this level or above waits until it is written; None: no record does.
    flush_level: str | None = None
    #: Presets and rules, see `redact/`; YAML and environment name presets only.
    redact: Redact = ()
    redact_action: Literal["mask", "hash", "remove"] = "mask"
    redact_hash_key: str | None = None
    redact_keys: tuple[str, ...] = ()
    redact_safe_keys: tuple[str, ...] = ()
    #: Regular expressions by name; what they match is hidden.
    redact_patterns: Mapping[str, str] = field(default_factory=dict)
    log_dir: str = "logs"
    max_file_size: int = 10 * 1024 * 1024
    backup_count: int = 5
    file_format: Literal["json", "plain"] = "json"
    file_compress: Literal["none", "gzip", "zstd"] = "gzip"
    #: Seconds, counted in UTC from midnight; None: rotated by size only.
    rotate_every: float | None = None
    #: Bytes of all rotated files together.
    max_total_size: int | None = None
    #: Seconds a rotated file is kept.
    max_age: float | None = None
    fsync: bool = False
    console_format: Literal["auto", "json", "colored", "plain"] = "auto"
    #: The Alertmanager that gets each CRITICAL record; None: none. Times in seconds.
    alertmanager_url: str | None = None
    alertmanager_output: bool = True
    alertmanager_timeout: float = 2.0
    alertmanager_retry_for: float = 900.0
    alertmanager_max_per_minute: int = 10
    alertmanager_resolve_after: float = 300.0
    alertmanager_instance: str = "{host}:{pid}"
    alertmanager_runbook_url: str | None = None
    alertmanager_dashboard_url: str | None = None
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
    Setting("logging.filters", "filters", read_filters, "records that are left out, or kept, by what they are"),
    Setting(
        "logging.rate_limit", "rate_limit", optional(whole_number(1, 1_000_000_000)), "records of one call site at most"
    ),
    Setting("logging.rate_limit_interval", "rate_limit_interval", read_duration, "seconds in which they are counted"),
    Setting(
        "logging.flight_recorder",
        "flight_recorder",
        whole_number(0, 10_000),
        "records below the level held for each context, written if it fails; 0 is off",
    ),
    Setting("logging.flight_recorder_level", "flight_recorder_level", read_level, "lowest level that is held"),
    Setting(
        "logging.flight_recorder_trigger",
        "flight_recorder_trigger",
        read_level,
        "a record of this level or above in the context writes what is held",
    ),
    Setting("logging.max_record_size", "max_record_size", read_record_size, "longer records are cut"),
    Setting("logging.integer_bits", "integer_bits", read_integer_bits, "integers of more bits become text: 64 or 53"),
    Setting("logging.handle_sigterm", "handle_sigterm", read_bool, "flush on SIGTERM, then do what was set before"),
    Setting("logging.handle_sighup", "handle_sighup", read_bool, "read the file again on SIGHUP"),
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
    Setting("logging.block_timeout", "block_timeout", read_duration, "seconds a caller waits for space, with block"),
    Setting("logging.buffer_bytes", "buffer_bytes", read_size, "bound of the buffer", "LOG_BUFFER_BYTES"),
    Setting(
        "logging.flush_interval",
        "flush_interval",
        read_seconds,
        "seconds a record waits in the buffer at most",
        "LOG_FLUSH_INTERVAL",
    ),
    Setting("logging.flush_level", "flush_level", optional(read_level), "records of this level wait until written"),
    Setting(
        "redaction.presets",
        "redact",
        read_presets,
        "none, default, gdpr, hipaa, pci, or kinds such as email; one or several",
    ),
    Setting("redaction.action", "redact_action", one_of("mask", "hash", "remove"), "what happens to what presets find"),
    Setting("redaction.hash_key", "redact_hash_key", read_secret, "secret key of the hashes", "LOG_REDACT_HASH_KEY"),
    Setting("redaction.keys", "redact_keys", read_names, "more keys whose values are hidden"),
    Setting("redaction.safe_keys", "redact_safe_keys", read_names, "keys whose values are never hidden by their name"),
    Setting("redaction.patterns", "redact_patterns", read_patterns, "regular expressions by name"),
    Setting("handlers.file.dir", "log_dir", read_path, "directory of the log files", "LOG_DIR"),
    Setting("handlers.file.max_size", "max_file_size", read_size, "size at which a file is rotated", "MAX_FILE_SIZE"),
    Setting(
        "handlers.file.backup_count", "backup_count", whole_number(0, 10_000), "rotated files to keep", "BACKUP_COUNT"
    ),
    Setting("handlers.file.format", "file_format", one_of("json", "plain"), "format of the file"),
    Setting("handlers.file.compress", "file_compress", one_of("none", "gzip", "zstd"), "compression of rotated files"),
    Setting("handlers.file.rotate_every", "rotate_every", optional(read_duration), "also rotate by time, such as 1d"),
    Setting("handlers.file.max_total_size", "max_total_size", optional(read_size), "bound of all rotated files"),
    Setting("handlers.file.max_age", "max_age", optional(read_duration), "rotated files are kept this long"),
    Setting("handlers.file.fsync", "fsync", read_bool, "force each batch to the disk", "LOG_FSYNC"),
    Setting(
        "handlers.console.format",
        "console_format",
        one_of("auto", "json", "colored", "plain"),
        "format of the console; auto is colored on a terminal, json elsewhere",
        "LOG_FORMAT",
    ),
    Setting(
        "handlers.alertmanager.url",
        "alertmanager_url",
        optional(read_url),
        "Alertmanager that gets an alert for each CRITICAL record",
        "LOG_ALERTMANAGER_URL",
    ),
    Setting("handlers.alertmanager.enabled", "alertmanager_output", read_bool, "false sends no alerts"),
    Setting(
        "handlers.alertmanager.timeout", "alertmanager_timeout", read_duration, "seconds that one attempt may take"
    ),
    Setting(
        "handlers.alertmanager.retry_for",
        "alertmanager_retry_for",
        read_duration,
        "seconds in which an alert is tried again",
    ),
    Setting(
        "handlers.alertmanager.max_per_minute",
        "alertmanager_max_per_minute",
        whole_number(0, 10_000),
        "alerts of single records in a minute; one more tells how many followed",
    ),
    Setting(
        "handlers.alertmanager.resolve_after",
        "alertmanager_resolve_after",
        read_duration,
        "seconds after which an alert resolves by itself",
    ),
    Setting(
        "handlers.alertmanager.instance",
        "alertmanager_instance",
        read_stream_name,
        "label instance of the alerts; may hold {host}, {pid}, {service_name}",
    ),
    Setting(
        "handlers.alertmanager.runbook_url",
        "alertmanager_runbook_url",
        read_optional_text,
        "link to what is to be done; may hold {correlation_id}",
    ),
    Setting(
        "handlers.alertmanager.dashboard_url",
        "alertmanager_dashboard_url",
        read_optional_text,
        "link to where the record can be seen; may hold {correlation_id}",
    ),
    Setting("context.service_name", "service_name", read_text, "name of the service", "SERVICE_NAME"),
    Setting("context.version", "version", read_text, "version of the service", "SERVICE_VERSION"),
    Setting("context.environment", "environment", read_text, "dev, staging, prod …", "ENVIRONMENT"),
    Setting("metrics.port", "metrics_port", whole_number(0, 65_535), "port of metrics.start_server", "METRICS_PORT"),
    Setting("aws.region", "aws_region", read_text, "region of the CloudWatch sink", "AWS_REGION"),
)

CLOUDWATCH: tuple[Setting, ...] = (
    Setting("log_group", "log_group", read_optional_text, "default /app/<service_name>"),
    Setting("log_stream", "log_stream", read_stream_name, "may hold {host}, {pid}, {service_name}"),
    Setting("region", "region", read_optional_text, "default AWS_REGION"),
    Setting("endpoint_url", "endpoint_url", read_optional_text, "another endpoint, such as an embedded AWS"),
    Setting("retention_days", "retention_days", optional(_RETENTION), "set on a group that the sink creates"),
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
