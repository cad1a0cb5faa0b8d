"""Another good value for each key of an environment file."""

from __future__ import annotations

from typing import Any

#: Key → what changes: the key itself, and what a rule across keys wants to change with it.
MUTANTS: dict[str, dict[str, Any]] = {
    "project": {"project": "other-system"},
    "account": {
        "account": "999999999999",
        "domain.certificate_arn": "arn:aws:acm:us-west-2:999999999999:certificate/11111111-1111-4111-8111-111111111111",
    },
    "region": {
        "region": "eu-west-1",
        "availability_zones": ["eu-west-1a", "eu-west-1b"],
        "domain.certificate_arn": "arn:aws:acm:eu-west-1:111111111111:certificate/11111111-1111-4111-8111-111111111111",
    },
    "availability_zones": {"availability_zones": ["us-west-2a", "us-west-2d"]},
    "tags.owner": {"tags.owner": "somebody"},
    "tags.cost_center": {"tags.cost_center": "2000"},
    "tags.repository": {"tags.repository": "example/fork"},
    "network.vpc_cidr": {"network.vpc_cidr": "10.10.0.0/17"},
    "network.public_subnets": {"network.public_subnets": ["10.10.0.0/24", "10.10.2.0/24"]},
    "network.private_subnets": {"network.private_subnets": ["10.10.16.0/20", "10.10.48.0/20"]},
    "network.egress": {"network.egress": "endpoints"},
    "service.name": {"service.name": "other-service"},
    "service.image_digest": {"service.image_digest": "sha256:" + "1" * 64},
    "service.architecture": {"service.architecture": "X86_64"},
    "service.cpu": {"service.cpu": 512, "service.memory": 1024},
    "service.memory": {"service.memory": 1024},
    "service.min_tasks": {"service.min_tasks": 2, "service.on_demand_base": 2},
    "service.max_tasks": {"service.max_tasks": 5},
    "service.scale_cpu_percent": {"service.scale_cpu_percent": 61},
    "service.scale_requests_per_task": {"service.scale_requests_per_task": 601},
    "service.on_demand_base": {"service.on_demand_base": 2},
    "service.spot_percent": {"service.spot_percent": 51},
    "service.stop_timeout": {"service.stop_timeout": 31},
    "service.deregistration_delay": {"service.deregistration_delay": 21},
    "service.log_level": {"service.log_level": "DEBUG"},
    "service.log_sample_rate": {"service.log_sample_rate": 0.5},
    "service.log_driver_buffer": {"service.log_driver_buffer": "26m"},
    "service.exec": {"service.exec": True},
    "logs.retention_days": {"logs.retention_days": 60},
    "logs.class": {"logs.class": "INFREQUENT_ACCESS"},
    "alarms.critical": {"alarms.critical": ["other@example.com"]},
    "alarms.warning": {"alarms.warning": ["https://example.com/hook"]},
    "domain.name": {"domain.name": "other.example.com"},
    "domain.certificate_arn": {
        "domain.certificate_arn": "arn:aws:acm:us-west-2:111111111111:certificate/99999999-1111-4111-8111-111111111111"
    },
    "waf.requests_per_five_minutes": {"waf.requests_per_five_minutes": 2001},
    "protection.deletion": {"protection.deletion": True},
    "protection.retain_data": {"protection.retain_data": True},
    "budget.monthly_usd": {"budget.monthly_usd": 151},
    "budget.notify": {"budget.notify": ["other@example.com"]},
}

#: All mutants together, without those that contradict each other.
TOGETHER: dict[str, Any] = {key: value for values in MUTANTS.values() for key, value in values.items()} | {
    "region": "eu-west-1",
    "availability_zones": ["eu-west-1a", "eu-west-1d"],
    "domain.certificate_arn": "arn:aws:acm:eu-west-1:999999999999:certificate/99999999-1111-4111-8111-111111111111",
    "service.cpu": 1024,
    "service.memory": 3072,
    "service.min_tasks": 6,
    "service.on_demand_base": 7,
    "service.max_tasks": 13,
}
