"""The model of the CDK's templates of one environment, all stacks together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from logging_infra.build import read_inputs
from logging_infra.synthesis import synthesize

from tools.aws_local.cloudformation.template import TemplateError
from tools.parity import template_shapes
from tools.parity.kinds import BY_CLOUDFORMATION, Draft, finish
from tools.parity.model import Model, normal
from tools.parity.references import REF_IS_ARN, Place

ROOT = Path(__file__).resolve().parents[2]
#: A reference inside a text, until all keys are known.
_MARK = re.compile(r"\x02([^\x03]*)\x1f([^\x03]*)\x03")
#: What the CDK adds to every stack.
IGNORED = {"AWS::CDK::Metadata"}


def read_templates(environment: str, place: Place, environments_directory: Path | None = None) -> Model:
    """Synthesize the environment and read it. Raises KeyError for a type that nobody mapped."""
    return model_of(templates_of(environment, environments_directory), place)


def templates_of(environment: str, environments_directory: Path | None = None) -> Mapping[str, Mapping[str, Any]]:
    """The templates by part."""
    inputs = read_inputs(ROOT, environment, environments=environments_directory)
    templates: Mapping[str, Mapping[str, Any]] = synthesize(inputs).templates
    return templates


def model_of(templates: Mapping[str, Mapping[str, Any]], place: Place) -> Model:
    """The model of templates by part."""
    exports = {
        output["Export"]["Name"]: (part, output["Value"])
        for part, template in templates.items()
        for output in template.get("Outputs", {}).values()
        if "Export" in output
    }
    drafts = []
    for part, template in templates.items():
        for logical_id, body in template["Resources"].items():
            if body["Type"] in IGNORED:
                continue
            kind = BY_CLOUDFORMATION[body["Type"]]
            values = _marked(body.get("Properties", {}), part, templates, exports, place)
            values = template_shapes.shape(body["Type"], values)
            properties = normal(values)
            if body.get("DeletionPolicy") == "Retain":
                properties["retained"] = True
            drafts.append(Draft(kind, properties, f"{part}/{logical_id}"))

    kinds = {draft.source: draft.kind.name for draft in drafts}

    def refer(text: str, resolve: Any) -> str:
        def one(match: re.Match[str]) -> str:
            source, attribute = match.groups()
            if attribute == "Ref":
                word = "arn" if kinds.get(source) in REF_IS_ARN else "name"
            else:
                word = {"Arn": "arn", "RepositoryUri": "uri", "Name": "name"}.get(attribute, attribute)
            return str(resolve(source, word)) + (":*" if attribute == "Arn" and kinds[source] == "log group" else "")

        return _MARK.sub(one, text)

    return finish(drafts, place, refer)


def _marked(value: Any, part: str, templates: Any, exports: Any, place: Place) -> Any:
    """`value` with functions carried out; references become marks in texts."""

    def again(inner: Any) -> Any:
        return _marked(inner, part, templates, exports, place)

    match value:
        case {"Ref": str(name)}:
            pseudo = {"AWS::Region": place.region, "AWS::AccountId": place.account, "AWS::Partition": "aws"}
            return pseudo.get(name) or f"\x02{part}/{name}\x1fRef\x03"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"\x02{part}/{name}\x1f{attribute}\x03"
        case {"Fn::ImportValue": str(name)}:
            other, exported = exports[name]
            return _marked(exported, other, templates, exports, place)
        case {"Fn::Join": [str(separator), items]}:
            return separator.join(str(again(item)) for item in items)
        case {"Fn::Select": [index, items]}:
            return again(items)[int(index)]
        case {"Fn::Split": [str(separator), text]}:
            return str(again(text)).split(separator)
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{([^}]+)\}", lambda m: str(again({"Ref": m[1]})), text)
        case dict():
            for key in value:
                if key.startswith("Fn::"):
                    raise TemplateError(f"{key}: parity does not read this function")
            return {key: again(item) for key, item in value.items()}
        case list():
            return [again(item) for item in value]
    return value
