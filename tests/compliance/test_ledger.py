"""The ledger of acknowledged findings is exact, and every entry has a reason that a test shows to hold."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_ec2 as ec2
from logging_infra.compliance.__main__ import LEDGER
from logging_infra.compliance.findings import CFN_LINT, PACKS, Finding, lint_findings, nag_findings
from logging_infra.compliance.ledger import Acknowledgement, judge, load_ledger

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = load_ledger(ROOT / LEDGER)
FOUND = Finding(environment="dev", pack="HIPAA", rule="Rule", detail="", place="p-dev-data/Key")
ENTRY = Acknowledgement(
    rule="Rule", packs=("HIPAA",), places=("{P}-data/Key",), reason="", evidence="", environments=("dev",)
)
PREFIXES = {"dev": "p-dev", "prod": "p-prod"}


@pytest.mark.parametrize("entry", ENTRIES, ids=[f"{entry.rule}-{number}" for number, entry in enumerate(ENTRIES)])
def test_an_entry_has_a_reason_and_a_test_as_evidence(entry: Acknowledgement) -> None:
    """A sentence, and a function that is there."""
    path, _, name = entry.evidence.partition("::")
    assert re.fullmatch(r"[A-Z].{30,}\.", entry.reason)
    assert re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)


def test_the_ledger_is_short() -> None:
    """Twelve rules at most; what else the packs find is mended."""
    assert len({entry.rule for entry in ENTRIES}) <= 12
    assert {pack for entry in ENTRIES for pack in entry.packs} <= {*PACKS, CFN_LINT}


def test_a_finding_that_nobody_acknowledged_is_told() -> None:
    """With environment, pack, rule and place."""
    assert judge([FOUND], [], PREFIXES).unlisted == ("dev: HIPAA Rule: p-dev-data/Key",)
    assert judge([FOUND], [ENTRY], PREFIXES).unlisted == ()


@pytest.mark.parametrize(
    "other",
    [
        {"environment": "prod", "place": "p-prod-data/Key"},
        {"pack": "AwsSolutions"},
        {"rule": "Rules"},
        {"place": "p-dev-data/Key2"},
    ],
)
def test_an_entry_covers_nothing_else(other: dict[str, str]) -> None:
    """Another environment, pack, rule or place is another finding."""
    found = dataclasses.replace(FOUND, **other)
    verdict = judge([FOUND, found], [ENTRY], PREFIXES)
    assert (len(verdict.unlisted), verdict.acknowledged) == (1, 1)


def test_an_entry_that_fires_no_longer_is_told() -> None:
    """In each environment, pack and place that it names."""
    assert judge([], [ENTRY], PREFIXES).stale == ("dev: HIPAA Rule: {P}-data/Key",)
    more = dataclasses.replace(ENTRY, packs=("HIPAA", "AwsSolutions"), places=(*ENTRY.places, "{P}-data/Other"))
    assert len(judge([FOUND], [more], PREFIXES).stale) == 3
    assert judge([], [ENTRY], {"prod": "p-prod"}).stale == ()


def test_what_a_rule_names_in_brackets_can_be_narrowed() -> None:
    """A wildcard of one action is not one of all."""
    everything = dataclasses.replace(FOUND, detail="Resource::*")
    entry = dataclasses.replace(ENTRY, detail="Resource::[*]")
    assert judge([everything], [entry], PREFIXES).unlisted == ()
    assert judge([dataclasses.replace(everything, detail="Resource::arn:*")], [entry], PREFIXES).unlisted


def test_all_packs_and_the_linter_see_what_is_wrong(tmp_path: Path) -> None:
    """A group that lets everybody in on the port of shells, in a template that names a zone."""
    app = App(outdir=str(tmp_path))
    stack = Stack(app, "p-dev-data")
    vpc = ec2.CfnVPC(stack, "Vpc", cidr_block="10.0.0.0/16")
    ec2.CfnSubnet(stack, "Subnet", vpc_id=vpc.ref, cidr_block="10.0.0.0/24", availability_zone="us-west-2a")
    rule = {"cidrIp": "0.0.0.0/0", "ipProtocol": "tcp", "fromPort": 22, "toPort": 22}
    ec2.CfnSecurityGroup(stack, "Group", group_description="open", vpc_id=vpc.ref, security_group_ingress=[rule])

    found = {(each.pack, each.rule) for each in nag_findings(app, "dev")}
    app.synth()
    found |= {(each.pack, each.rule) for each in lint_findings(tmp_path, "dev", "us-west-2")}
    assert {("AwsSolutions", "EC23"), (CFN_LINT, "W3010")} <= found
    assert {pack for pack, rule in found if rule == "EC2RestrictedSSH"} >= {"HIPAA", "NIST-800-53-R5"}
    assert {pack for pack, _ in found} == {*PACKS, CFN_LINT}
