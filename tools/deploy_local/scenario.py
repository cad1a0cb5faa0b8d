"""The story of one deployment: up, no drift, behaviour, a new image, a broken image, down without leftovers."""

from __future__ import annotations

from tools.deploy_local.cdk_stack import CdkStack
from tools.deploy_local.checks import service
from tools.deploy_local.checks.registry import CHECKS, run_all
from tools.deploy_local.embedded import EmbeddedAws, running
from tools.deploy_local.errors import DeployError
from tools.deploy_local.leftovers import leftovers
from tools.deploy_local.progress import say
from tools.deploy_local.settings import RUN, Settings, changed_copy
from tools.deploy_local.terraform_stack import TerraformStack

#: Digests of the images of an update that works and of one whose tasks never start.
NEXT_IMAGE = "sha256:" + "2" * 64
BROKEN_IMAGE = "sha256:" + "b" * 64


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
        new = changed_copy(settings, RUN / "terraform" / "next" / "environments", image_digest=NEXT_IMAGE)
        stack.apply(new)
        if not service.image_of(aws, settings).endswith(NEXT_IMAGE):
            raise DeployError("terraform: the service does not run the new image")
        stack.destroy(new)
        _nothing_left("terraform", aws, settings)


def cdk(settings: Settings) -> None:
    """`bootstrap`, `deploy --all`, checks, an update, a failing update that is rolled back, `destroy`."""
    with running(settings, "cdk") as aws:
        stack = CdkStack(settings, aws)
        stack.prepare()
        stack.deploy()
        _statuses(aws, settings, "CREATE_COMPLETE")
        check("cdk", aws, settings)
        new = changed_copy(settings, RUN / "cdk" / "next" / "environments", image_digest=NEXT_IMAGE)
        stack.deploy(new)
        if not service.image_of(aws, settings).endswith(NEXT_IMAGE):
            raise DeployError("cdk: the service does not run the new image")
        _failing_update(stack, aws, settings)
        stack.destroy()
        _nothing_left("cdk", aws, settings)


def _failing_update(stack: CdkStack, aws: EmbeddedAws, settings: Settings) -> None:
    """Deploy an image that no task can pull, with another log level: both must be as before afterwards."""
    level = f"{settings.log_path}/LOG_LEVEL"
    before = aws.client("ssm").get_parameter(Name=level)["Parameter"]["Value"]
    other = "DEBUG" if before != "DEBUG" else "INFO"
    aws.set_faults(unpullable_images=[BROKEN_IMAGE])
    folder = RUN / "cdk" / "broken" / "environments"
    broken = changed_copy(settings, folder, image_digest=BROKEN_IMAGE, log_level=other)
    status, output = stack.deploy(broken, accepted=(0, 1))
    aws.set_faults()
    if status == 0 or "Circuit Breaker" not in output:
        raise DeployError("cdk: the deployment of a broken image did not fail as it must", output)
    found = aws.client("cloudformation").describe_stacks(StackName=f"{settings.name}-service")["Stacks"][0]
    after = aws.client("ssm").get_parameter(Name=level)["Parameter"]["Value"]
    image = service.image_of(aws, settings)
    if (found["StackStatus"], after) != ("UPDATE_ROLLBACK_COMPLETE", before) or not image.endswith(NEXT_IMAGE):
        raise DeployError(f"cdk: not rolled back: {found['StackStatus']}, {after}, {image}", output)
    say("cdk", f"a broken image was rolled back: the service runs {image.rpartition('@')[2][:15]}…")


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
