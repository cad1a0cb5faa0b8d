"""The app of one environment: five stacks, `{project}-{environment}-<part>`, tagged alike."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import App, Tags
from aws_cdk import Environment as Target

from logging_infra.alarms.plan import plan_alarms
from logging_infra.config import Environment, load_environment
from logging_infra.constants import Constants, load_constants
from logging_infra.deploy_actions import Actions, load_actions
from logging_infra.errors import ConfigError
from logging_infra.stacks.data import DataStack
from logging_infra.stacks.identity import IdentityStack
from logging_infra.stacks.network import NetworkStack
from logging_infra.stacks.observability import ObservabilityStack
from logging_infra.stacks.service import ServiceStack
from monitoring_generator.errors import SpecError
from monitoring_generator.spec import Spec, load_spec

#: In the order in which they are deployed; `identity` needs none of the others.
PARTS = ("data", "network", "service", "observability", "identity")

#: What `read_inputs` raises; the text has a line for each mistake.
MISTAKES = (ConfigError, SpecError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything that is read from files; nothing below reads any."""

    values: Environment
    constants: Constants
    spec: Spec
    actions: Actions


def read_inputs(root: Path, environment: str, *, environments: Path | None = None) -> Inputs:
    """What the repository in `root` says of `environment`; its file may be in another folder `environments`.

    Raises one of MISTAKES.
    """
    own = root / "environments"
    return Inputs(
        values=load_environment(environments or own, environment, own / "schema.json"),
        constants=load_constants(own / "stack.yaml"),
        spec=load_spec(root / "monitoring" / "alerts.yaml"),
        actions=load_actions(own / "deploy_actions.yaml"),
    )


def new_app() -> App:
    """An app without stacks, with the context that the CDK's CLI gives."""
    return App()


def add_stacks(app: App, inputs: Inputs) -> None:
    """Add the environment's stacks to `app`, which has none yet."""
    # A value that another stack imports cannot be removed under it.
    app.node.set_context("@aws-cdk/core:defaultCrossStackReferences", "strong")
    values, constants, spec = inputs.values, inputs.constants, inputs.spec
    target: dict[str, Any] = {"env": Target(account=values.account, region=values.region)}
    named = {
        part: {**target, "stack_name": f"{values.prefix}-{part}", "description": f"{values.prefix}: {part}"}
        for part in PARTS
    }
    names = {part: f"{values.prefix}-{part}" for part in PARTS}
    alarms = plan_alarms(spec, constants, values)
    data = DataStack(app, names["data"], values=values, constants=constants, **named["data"])
    network = NetworkStack(app, names["network"], values=values, constants=constants, data=data, **named["network"])
    service = ServiceStack(
        app,
        names["service"],
        values=values,
        constants=constants,
        network=network,
        data=data,
        alarms=alarms,
        **named["service"],
    )
    ObservabilityStack(
        app,
        names["observability"],
        values=values,
        constants=constants,
        data=data,
        service=service,
        alarms=alarms,
        spec=spec,
        **named["observability"],
    )
    IdentityStack(app, names["identity"], values=values, actions=inputs.actions, **named["identity"])
    for key, value in tags_of(values).items():
        Tags.of(app).add(key, value)


def tags_of(values: Environment) -> dict[str, str]:
    """On every resource that takes tags."""
    return {
        "Project": values.project,
        "Environment": values.environment,
        "Owner": values.tags.owner,
        "CostCenter": values.tags.cost_center,
        "Repository": values.tags.repository,
        "ManagedBy": "cdk",
    }
