"""A real deployment of dev with the real CLIs onto the embedded AWS, and what it called.

About three minutes; `python -m tools.deploy_local` is the same with progress.
"""

from __future__ import annotations

import shutil

import pytest

from tools.deploy_local.errors import DeployError
from tools.deploy_local.scenario import SCENARIOS, play
from tools.deploy_local.settings import load
from tools.deploy_local.write_actions import COMMAND, difference

pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def failures(terraform_environment: dict[str, str]) -> dict[str, Exception]:
    """What failed, by tool: both are played once, at the same time."""
    del terraform_environment  # skips where there is no Terraform
    if shutil.which("npm") is None:
        pytest.skip("npm is not on the PATH: the CDK's command line cannot be installed")
    return play(SCENARIOS, load("dev"))


def _raise(failures: dict[str, Exception], tool: str) -> None:
    error = failures.get(tool)
    if isinstance(error, DeployError):
        pytest.fail(f"{error}\n{error.output[-6000:]}")
    if error is not None:
        raise error


def test_terraform_applies_without_drift_behaves_updates_and_destroys(failures: dict[str, Exception]) -> None:
    """`apply`, an empty second plan, 21 checks, an update, the checks again, `destroy`, nothing left."""
    _raise(failures, "terraform")


def test_cdk_deploys_behaves_updates_rolls_back_and_destroys(failures: dict[str, Exception]) -> None:
    """`bootstrap`, `deploy --all`, the same checks, an update, a broken image rolled back, `destroy`, nothing left."""
    _raise(failures, "cdk")


def test_the_deploy_roles_actions_are_those_that_were_called(failures: dict[str, Exception]) -> None:
    """Not one more, not one less."""
    if failures:
        pytest.skip("a deployment failed, so its calls are not complete")
    changes = difference()
    assert not changes, f"{changes}\nrun {COMMAND}"
