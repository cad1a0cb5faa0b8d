"""`python -m tools.compose up|down|image`: what `make up`, `make down` and `make image` run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from tools.compose import stand_ins, wheels
from tools.compose.command import ROOT, Compose
from tools.compose.docker import check_engine, docker, has_image
from tools.compose.errors import StackError
from tools.compose.images import SERVICE, build_service
from tools.compose.secret_files import GENERATED, make_secrets
from tools.compose.stack import Stack

#: The label of the service's images, old ones and stages of builds included.
TITLE = "demo-service"
#: What is printed for a service: its title and the path of the page to begin with.
PAGES: Mapping[str, tuple[str, str]] = {
    "service": ("live page", "/"),
    "metrics": ("metrics", "/metrics"),
    "prometheus": ("Prometheus", "/alerts"),
    "alertmanager": ("Alertmanager", "/"),
    "grafana": ("Grafana", "/"),
}


def up() -> None:
    """Secrets, image, containers, healthy; then where everything is."""
    print("make up: preparing images (the first time some minutes) …", flush=True)
    stack = Stack()
    print(f"make up: starting {', '.join(stack.services)} …", flush=True)
    stack.up()
    print(_summary(stack))


def _summary(stack: Stack) -> str:
    """URLs, the way to Grafana's password, and what is missing or not what compose.yaml names, and why."""
    there = {"metrics", *stack.services}
    lines = ["", "All healthy:"]
    lines += [f"  {title:<13} {stack.url(name)}{path}" for name, (title, path) in PAGES.items() if name in there]
    if "grafana" in there:
        lines.append(f"Grafana: user admin, password in secrets/{GENERATED}")
    if stack.images.stand_ins:
        replaced = ", ".join(stack.images.stand_ins)
        lines.append(f"No registry answers: {replaced} and the service's base are made of Debian packages, and older.")
    if stack.images.left_out:
        lines.append(f"Left out, for Debian has no package of them: {', '.join(stack.images.left_out)}.")
    order = f"""curl -H 'Content-Type: application/json' -d '{{"item": "teapot"}}' {stack.url("service")}/api/orders"""
    lines += [f"Something to see: {order}", "make down removes everything, the data too; docker compose down keeps it."]
    return "\n".join(lines)


def down() -> None:
    """Remove containers, networks, volumes and the service's image; what could be had again stays, and is named."""
    check_engine()
    make_secrets(ROOT)  # without them Compose does not read the file
    compose = Compose(profiles=["*"])
    image = compose.image_of(SERVICE)
    compose.run("down", "--volumes", "--remove-orphans")
    if has_image(image):
        docker("image", "rm", "--force", image)
    docker("image", "prune", "--force", "--filter", f"label=org.opencontainers.image.title={TITLE}")
    wheels.empty(ROOT)
    print("make down: containers, networks, volumes and the service's image are gone; secrets/ and .env are kept.")
    kept = [name for name in stand_ins.all_names() if has_image(name)]
    if kept:
        print(f"Kept, like images that were pulled: docker image rm {' '.join(kept)}")


def image() -> None:
    """Build the service's image alone."""
    check_engine()
    make_secrets(ROOT)
    name = Compose().image_of(SERVICE)
    build_service(ROOT, name)
    size = int(docker("image", "inspect", "--format", "{{.Size}}", name))
    print(f"make image: {name}, {size / 1e6:.0f} MB")


COMMANDS: Mapping[str, Callable[[], None]] = {"up": up, "down": down, "image": image}


def main(arguments: list[str]) -> int:
    """Run a command; returns the exit status, 1 after a line that says what was wrong."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(f"usage: python -m tools.compose {'|'.join(COMMANDS)}", file=sys.stderr)
        return 2
    try:
        COMMANDS[arguments[0]]()
    except StackError as error:
        print(f"make {arguments[0]}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
