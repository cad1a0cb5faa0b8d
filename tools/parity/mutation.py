"""`python -m tools.parity.mutation`: change one random property of one stack; the comparison must see it.

What is changed is the tool's own output (a template, the plan's values), before any of our reading, so that a
property which the reading drops counts as a mutant that survives.
"""

from __future__ import annotations

import contextlib
import copy
import json
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.deploy_local.settings import load
from tools.parity import from_plan, from_template
from tools.parity.compare import compare, load_exceptions
from tools.parity.model import Model, simple
from tools.parity.named_plan import NAME, named_plan
from tools.parity.references import Place

#: Share of the mutants that must be caught.
LEAST = 0.95
#: Not properties of what is deployed: Terraform's and its provider's own business.
_NOT_DEPLOYED = from_plan.MECHANICS | {"tags"}


@dataclass
class Result:
    """How many mutants of one side were caught, and those that were not."""

    side: str
    made: int = 0
    excepted: int = 0
    survivors: list[str] = field(default_factory=list)

    def count(self, caught: bool | None, what: str) -> None:
        """Note a mutant; None is one that changed only what a named exception covers."""
        if caught is None:
            self.excepted += 1
            return
        self.made += 1
        if not caught:
            self.survivors.append(what)

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return 1 - len(self.survivors) / self.made


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all values that say something."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, (*path, number))
    elif value not in (None, "", False, 0):
        yield path


def changed(value: Any, other: str, rng: random.Random) -> Any:
    """Another value of the same type; a reference becomes `other`, a document has one other value in it."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    text = str(value)
    if text in ("true", "false"):
        return "false" if text == "true" else "true"
    if text.isdigit():
        return str(int(text) + 1)
    if text.startswith(("{", "[")):
        with contextlib.suppress(ValueError):
            document = json.loads(text)
            path = rng.choice(list(leaves(document)))
            _put(document, path, changed(_get(document, path), other, rng))
            return json.dumps(document)
    return NAME.sub(other, text) if NAME.search(text) else f"{text}x"


def _put(root: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        root = root[step]
    root[path[-1]] = value


def _get(root: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        root = root[step]
    return root


def run(environment: str, number: int, seed: int) -> list[Result]:
    """Make `number` mutants of each side of the environment."""
    settings = load(environment)
    place = Place(settings.account, settings.region)
    addresses, resources = named_plan(environment)
    templates = from_template.templates_of(environment)
    terraform = from_plan.model_of(addresses, resources, place)
    cdk = from_template.model_of(templates, place)
    exceptions = load_exceptions()

    def judge(mutant: Callable[[], tuple[Model, Model]]) -> bool | None:
        """Whether it is caught; None where what changed is in a named exception or says nothing."""
        try:
            found = compare(*mutant(), exceptions)
        except (KeyError, ValueError, TypeError, AttributeError):
            return True  # what cannot be read any more does not pass either
        if found.differences:
            return True
        return None if found.excepted != before.excepted else False

    before = compare(terraform, cdk, exceptions)

    rng = random.Random(seed)  # noqa: S311 - no secret
    plan_paths = [
        (index, path)
        for index, resource in enumerate(resources)
        for path in leaves(resource["values"])
        if simple(str(path[0])) not in _NOT_DEPLOYED and not from_plan.is_own_name(resource["values"][path[0]], index)
    ]
    result = Result("Terraform")
    for index, path in rng.sample(plan_paths, min(number, len(plan_paths))):
        mutant = list(resources)
        mutant[index] = copy.deepcopy(resources[index])
        old = _get(mutant[index]["values"], path)
        other = f"named{_another(resources, old, rng):04}-id-end"
        _put(mutant[index]["values"], path, changed(old, other, rng))
        verdict = judge(lambda made=mutant: (from_plan.model_of(addresses, made, place), cdk))  # type: ignore[misc]
        result.count(verdict, f"{resources[index]['address']} {path}")

    def judge_template(made: Mapping[str, Any]) -> bool | None:
        return judge(lambda: (terraform, from_template.model_of(made, place)))

    return [result, _template_mutants(templates, number, rng, judge_template)]


def _another(resources: list[dict[str, Any]], value: Any, rng: random.Random) -> int:
    """Another resource than `value` refers to: of its type if there is one."""
    match = NAME.search(value) if isinstance(value, str) else None
    number = int(match[1]) if match else 0
    others = [one for one in range(len(resources)) if one != number]
    same = [one for one in others if resources[one]["type"] == resources[number]["type"]]
    return rng.choice(same or others)


def _template_mutants(
    templates: Mapping[str, Any], number: int, rng: random.Random, judge: Callable[[Mapping[str, Any]], bool | None]
) -> Result:
    places = [
        (part, logical_id, path)
        for part, template in templates.items()
        for logical_id, body in template["Resources"].items()
        if body["Type"] not in from_template.IGNORED
        for path in leaves(body.get("Properties", {}))
    ]
    result = Result("CDK")
    for part, logical_id, path in rng.sample(places, min(number, len(places))):
        mutant = {**templates, part: copy.deepcopy(templates[part])}
        properties = mutant[part]["Resources"][logical_id]["Properties"]
        old = _get(properties, path)
        _put(properties, path, _other_resource(templates[part], old, path, rng) or changed(old, "", rng))
        if mutant[part] != templates[part]:
            result.count(judge(mutant), f"{part}/{logical_id} {path}")
    return result


def _other_resource(template: Mapping[str, Any], old: Any, path: tuple[Any, ...], rng: random.Random) -> str:
    """For the target of a reference: another resource of its type; its own name where there is none."""
    is_target = path[-1] == "Ref" or path[-2:] == ("Fn::GetAtt", 0)
    if not is_target or old not in template["Resources"]:
        return ""
    kind = template["Resources"][old]["Type"]
    others = [name for name, body in template["Resources"].items() if body["Type"] == kind and name != old]
    return rng.choice(others) if others else str(old)


def main(arguments: list[str]) -> int:
    """Returns 1 if fewer than 95 % of the mutants of a side are caught."""
    number = int(arguments[0]) if arguments else 300
    failed = False
    for result in run("dev", number, seed=20):
        count = result.made - len(result.survivors)
        figures = f"{count} of {result.made} mutants caught, {result.share:.1%}"
        print(f"{result.side}: {figures}; {result.excepted} more changed what an exception covers")
        for survivor in result.survivors:
            print(f"  survived: {survivor}")
        failed |= result.share < LEAST
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
