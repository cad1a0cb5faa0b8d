"""The rules across the keys of an environment, as `environments/README.md` lists them; Terraform checks the same.

They are looked at when every value is good by itself. Each function gives `(key, value, expected)` of what breaks its
rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, ip_interface
from typing import Any

from logging_infra.config_schema import got

Broken = tuple[str, object, str]


def broken_rules(values: dict[str, Any], schema: dict[str, Any], name: str) -> list[str]:
    """A line `key: got VALUE, expected WHAT` for each broken rule; `name` is the file's, without suffix."""
    found: list[Broken] = [*_identity(values, name), *_ranges(values), *_sizes(values, schema), *_tiers(values)]
    return [f"{key}: got {got(value)}, expected {expected}" for key, value, expected in found]


def _identity(values: dict[str, Any], name: str) -> Iterator[Broken]:
    region, account = values["region"], values["account"]
    if values["environment"] != name:
        yield "environment", values["environment"], f"{name}, the file's name"
    for index, zone in enumerate(values["availability_zones"]):
        if not re.fullmatch(rf"{region}[a-z]", zone):
            yield f"availability_zones[{index}]", zone, f"a zone of {region}"
    certificate = values["domain"]["certificate_arn"]
    if not certificate.startswith(f"arn:aws:acm:{region}:{account}:"):
        yield "domain.certificate_arn", certificate, f"a certificate of {region} and account {account}"


def _ranges(values: dict[str, Any]) -> Iterator[Broken]:
    network, zones = values["network"], len(values["availability_zones"])
    vpc = ip_interface(network["vpc_cidr"]).network
    yield from _not_the_first_address([("network.vpc_cidr", network["vpc_cidr"])])

    subnets = []
    for kind in ("public_subnets", "private_subnets"):
        if len(network[kind]) != zones:
            yield f"network.{kind}", network[kind], f"{zones} ranges, one per availability zone"
        subnets += [(f"network.{kind}[{index}]", text) for index, text in enumerate(network[kind])]
    yield from _not_the_first_address(subnets)

    before: list[IPv4Network] = []
    for key, text in subnets:
        subnet: Any = ip_interface(text).network
        if not subnet.subnet_of(vpc):
            yield key, text, f"a range inside vpc_cidr {network['vpc_cidr']}"
        for other in before:
            if subnet.overlaps(other):
                yield key, text, f"a range that does not overlap {other}"
                break
        before.append(subnet)


def _not_the_first_address(ranges: Iterable[tuple[str, str]]) -> Iterator[Broken]:
    for key, text in ranges:
        network = ip_interface(text).network
        if str(network) != text:
            yield key, text, f"{network}, the first address of the range"


def _sizes(values: dict[str, Any], schema: dict[str, Any]) -> Iterator[Broken]:
    service = values["service"]
    memory = schema["properties"]["service"]["properties"]["memory"]["x-memory-of-cpu"][str(service["cpu"])]
    least = service["min_tasks"]
    if service["memory"] not in memory:
        yield "service.memory", service["memory"], f"{', '.join(map(str, memory))} MiB with cpu {service['cpu']}"
    if service["on_demand_base"] < least:
        yield "service.on_demand_base", service["on_demand_base"], f"at least min_tasks, {least}"
    if service["max_tasks"] < 2 * least:
        yield "service.max_tasks", service["max_tasks"], f"at least twice min_tasks, {2 * least}"
    if service["deregistration_delay"] > service["stop_timeout"]:
        stop = service["stop_timeout"]
        yield "service.deregistration_delay", service["deregistration_delay"], f"at most stop_timeout, {stop}"


def _tiers(values: dict[str, Any]) -> Iterator[Broken]:
    if values["environment"] != "prod":
        return
    zones, service = values["availability_zones"], values["service"]
    if len(zones) < 3:
        yield "availability_zones", zones, "at least three zones in prod"
    if service["min_tasks"] < 2:
        yield "service.min_tasks", service["min_tasks"], "at least 2 in prod"
    if service["exec"]:
        yield "service.exec", True, "false in prod"
    for key, value in values["protection"].items():
        if not value:
            yield f"protection.{key}", value, "true in prod"
