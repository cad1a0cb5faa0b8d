"""What a deployment needs to know of the environment file, and where it works: below `.run/deploy`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tools.deploy_local.errors import DeployError

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / ".run" / "deploy"


@dataclass(frozen=True)
class Settings:
    """One environment, as far as the checks compare with it."""

    environment: str
    values: dict[str, Any]

    @property
    def name(self) -> str:
        """Prefix of all names."""
        return f"{self.values['project']}-{self.environment}"

    @property
    def account(self) -> str:
        """The account that the embedded AWS plays."""
        return str(self.values["account"])

    @property
    def region(self) -> str:
        """Where everything is."""
        return str(self.values["region"])

    @property
    def log_path(self) -> str:
        """Prefix of log groups and parameters."""
        return f"/{self.values['project']}/{self.environment}"

    @property
    def service_logs(self) -> str:
        """The log group of the service."""
        return f"{self.log_path}/{self.values['service']['name']}"

    @property
    def metric_namespace(self) -> str:
        """Where metric filters count."""
        return f"{self.values['project']}/{self.environment}"


def load(environment: str, folder: Path = ROOT / "environments") -> Settings:
    """The settings of an environment; its values are checked by the tools that deploy it."""
    path = folder / f"{environment}.yaml"
    if not path.is_file():
        raise DeployError(f"{path}: no such environment")
    return Settings(environment, yaml.safe_load(path.read_text(encoding="utf-8")))


def changed_copy(settings: Settings, folder: Path, changes: dict[str, Any]) -> tuple[Path, Settings]:
    """A folder of environment files with other values for this environment; returns it, and the settings there."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in (ROOT / "environments").iterdir():
        (folder / source.name).write_bytes(source.read_bytes())
    values = _merged(settings.values, changes)
    text = yaml.safe_dump(values, allow_unicode=True)
    (folder / f"{settings.environment}.yaml").write_text(text, encoding="utf-8")
    return folder, Settings(settings.environment, values)


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _merged(old.get(key), value) for key, value in new.items()}}
    return new
