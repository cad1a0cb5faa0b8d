"""The story of one deployment: up, no drift, behaviour, a new image, a broken image, down without leftovers."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from tools.deploy_local.cdk_stack import CdkStack
from tools.deploy_local.checks.registry import CHECKS, run_all
from tools.deploy_local.embedded import EmbeddedAws, running
from tools.deploy_local.errors import DeployError
from tools.deploy_local.leftovers import leftovers
from tools.deploy_local.progress import say
from tools.deploy_local.settings import RUN, Settings, changed_copy
from tools.deploy_local.terraform_stack import TerraformStack

#: Of an image whose tasks never start.
BROKEN_IMAGE = "sha256:" + "b" * 64
#: An update that works: another image, and something of every part that may change. `owner` is a tag of everything.
NEXT: dict[str, Any] = {
    "tags": {"owner": "somebody-else", "repository": "example/renamed"},
    "service": {
        "image_digest": "sha256:" + "2" * 64,
        "memory": 1024,
        "min_tasks": 2,
        "max_tasks": 5,
        "on_demand_base": 2,
        "scale_cpu_percent": 55,
        "exec": True,
        "deregistration_delay": 15,
        "log_level": "WARNING",
    },
    "logs": {"retention_days": 60},
    "waf": {"requests_per_five_minutes": 3000},
    "alarms": {"critical": ["somebody@example.com"]},
    "budget": {"monthly_usd": 200},
}


def check(who: str, aws: EmbeddedAws, settings: Settings) -> None:
    """All checks; a DeployError that lists those that fail."""
    failed = run_all(aws, settings)
    if failed:
        raise DeployError(f"{who}: {len(failed)} of {len(CHECKS)} checks failed", "\n".join(failed))
    say(who, f"{len(CHECKS)} checks through boto3 hold")


def terraform(settings: Settings) -> None:
    """`apply`, an empty second plan, checks, an update, `destroy`."""
    with running(settings, "terraform") as aws:
        stack = TerraformStack(settings, aws)
        stack.prepare()
        stack.apply()
        changes = stack.drift()
        if changes:
            raise DeployError("terraform: the second plan is not empty", changes)
        say("terraform", "the second plan is empty")
        check("terraform", aws, settings)
        folder, new = changed_copy(settings, RUN / "terraform" / "next" / "environments", NEXT)
        stack.apply(folder)
        check("terraform", aws, new)
        stack.destroy(folder)
        _nothing_left("terraform", aws, settings)


def cdk(settings: Settings) -> None:
    """`bootstrap`, `deploy --all`, checks, an update, a failing update that is rolled back, `destroy`."""
    with running(settings, "cdk") as aws:
        stack = CdkStack(settings, aws)
        stack.prepare()
        aws.set_phase("deploy")
        stack.deploy()
        _statuses(aws, settings, "CREATE_COMPLETE")
        check("cdk", aws, settings)
        folder, new = changed_copy(settings, RUN / "cdk" / "next" / "environments", NEXT)
        stack.deploy(folder)
        check("cdk", aws, new)
        _failing_update(stack, aws, new)
        check("cdk", aws, new)
        stack.destroy()
        _nothing_left("cdk", aws, settings)


def _failing_update(stack: CdkStack, aws: EmbeddedAws, settings: Settings) -> None:
    """Deploy an image that no task can pull, with another log level: both must be as before afterwards."""
    level, service_stack = f"{settings.log_path}/LOG_LEVEL", f"{settings.name}-service"
    before = aws.client("ssm").get_parameter(Name=level)["Parameter"]["Value"]
    changes = {"service": {"image_digest": BROKEN_IMAGE, "log_level": "DEBUG"}}
    folder, _ = changed_copy(settings, RUN / "cdk" / "broken" / "environments", changes)
    aws.set_faults(unpullable_images=[BROKEN_IMAGE])
    status, output = stack.deploy(folder, accepted=(0, 1))
    aws.set_faults()
    if status == 0 or "Circuit Breaker" not in output:
        raise DeployError("cdk: the deployment of a broken image did not fail as it must", output)
    [found] = aws.client("cloudformation").describe_stacks(StackName=service_stack)["Stacks"]
    after = aws.client("ssm").get_parameter(Name=level)["Parameter"]["Value"]
    if (found["StackStatus"], after) != ("UPDATE_ROLLBACK_COMPLETE", before):
        raise DeployError(f"cdk: not rolled back: {found['StackStatus']}, log level {after}", output)
    say("cdk", "the deployment of a broken image was rolled back")


def _statuses(aws: EmbeddedAws, settings: Settings, expected: str) -> None:
    stacks = aws.client("cloudformation").describe_stacks()["Stacks"]
    ours = {one["StackName"]: one["StackStatus"] for one in stacks if one["StackName"].startswith(settings.name)}
    if not ours or set(ours.values()) != {expected}:
        raise DeployError(f"cdk: stacks are {ours}, expected {expected}")
    resources = sum(
        len(aws.client("cloudformation").describe_stack_resources(StackName=name)["StackResources"]) for name in ours
    )
    say("cdk", f"{len(ours)} stacks with {resources} resources are {expected}")


def _nothing_left(who: str, aws: EmbeddedAws, settings: Settings) -> None:
    left = leftovers(aws, settings)
    if left:
        raise DeployError(f"{who}: {len(left)} resources are left", "\n".join(left))
    say(who, "nothing is left")


SCENARIOS = {"terraform": terraform, "cdk": cdk}


def play(tools: Iterable[str], settings: Settings) -> dict[str, Exception]:
    """The scenarios of these tools at the same time, each with an embedded AWS of its own; returns what failed."""
    failures: dict[str, Exception] = {}

    def one(tool: str) -> None:
        try:
            SCENARIOS[tool](settings)
        except Exception as error:
            failures[tool] = error

    threads = [threading.Thread(target=one, args=(tool,)) for tool in tools]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures
