"""`python -m logging_infra.golden write|check`, at the repository's root: the templates as committed files.

One file an environment and stack, `cdk/tests/golden/<environment>/<part>.json`, for a reviewer's eyes: a change of the
code shows as a change of what is deployed. `write` refuses when data would be lost: a stateful resource is gone, or has
another logical id or physical name, for which CloudFormation replaces it. `write --replace LOGICAL_ID…`: it is meant.
"""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from logging_infra.build import read_inputs
from logging_infra.config import ENVIRONMENTS
from logging_infra.synthesis import Templates, synthesize

FOLDER = Path("cdk/tests/golden")
#: Types that hold what cannot be made again, and the property that is their name.
STATEFUL = {
    "AWS::ECR::Repository": "RepositoryName",
    "AWS::KMS::Key": "",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::EC2::VPC": "CidrBlock",
}


def golden_texts(templates: Templates) -> dict[str, str]:
    """The text of each file, by part."""
    return {
        part: json.dumps(template, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        for part, template in templates.templates.items()
    }


def lost(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Logical ids of stateful resources of the template `before` that `after` would delete or replace."""
    for logical_id, body in before.get("Resources", {}).items():
        name = STATEFUL.get(body["Type"])
        if name is None:
            continue
        now = after.get("Resources", {}).get(logical_id)
        if now is None or now["Type"] != body["Type"] or _name(now, name) != _name(body, name):
            yield logical_id


def _name(body: Mapping[str, Any], key: str) -> Any:
    return body.get("Properties", {}).get(key)


def main(arguments: Sequence[str]) -> int:
    """Write or check; returns the exit status."""
    if not arguments or arguments[0] not in ("write", "check"):
        print("usage: python -m logging_infra.golden write [--replace LOGICAL_ID …] | check", file=sys.stderr)
        return 2
    meant = set(arguments[2:]) if "--replace" in arguments else set()
    status = 0
    for environment in ENVIRONMENTS:
        templates = synthesize(read_inputs(Path.cwd(), environment))
        for part, text in golden_texts(templates).items():
            path = FOLDER / environment / f"{part}.json"
            before = path.read_text(encoding="utf-8") if path.exists() else ""
            if before == text:
                continue
            gone = [name for name in lost(json.loads(before or "{}"), templates.templates[part]) if name not in meant]
            for name in gone:
                print(f"{path}: {name} would be replaced or deleted, and its data with it", file=sys.stderr)
            if arguments[0] == "check":
                lines = difflib.unified_diff(
                    before.splitlines(), text.splitlines(), str(path), "synthesized", lineterm="", n=2
                )
                print("\n".join(lines))
                status = 1
            elif gone:
                status = 1
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                print(f"wrote {path}")
    if status and arguments[0] == "check":
        print("templates differ from the committed ones: python -m logging_infra.golden write", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
