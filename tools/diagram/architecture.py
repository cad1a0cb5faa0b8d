"""Where things stand in the diagram: clients, firewall, the VPC with a column a zone, then what is outside of it."""

from __future__ import annotations

from tools.diagram.drawing import Box, Drawing, height_of
from tools.diagram.facts import Facts

ZONE = 215
SIDE = 360
_TOP = 12
_GAP = 12


def draw(facts: Facts) -> str:
    """The SVG of one environment."""
    values = facts.values
    drawing = Drawing(f"{facts.name} in {values['region']}")
    columns = max(2, len(values["availability_zones"])) * ZONE
    content = _Vpc(facts, x=362, y=_TOP + 34, columns=columns)
    cards = _cards(facts, content.vpc.right + 78, content.vpc.y)
    bottom = max(content.vpc.bottom, cards[-1][0].bottom)

    frame = Box(150, _TOP, cards[0][0].right + 16 - 150, bottom + 16 - _TOP)
    drawing.box(frame, "region", f"Account {values['account']}, {values['region']}: {values['environment']}")
    content.draw(drawing)
    balancer, service = content.balancer, content.service
    clients = drawing.box(Box(12, balancer.y, 106, 52), "outside", "Clients", ["by HTTPS"])
    rules = [rule.removeprefix("AWSManagedRules") for rule in facts.stack["firewall"]["managed_rules"]]
    lines = [*rules, f"{values['waf']['requests_per_five_minutes']} requests per address in 5 min"]
    firewall = drawing.box(Box(172, balancer.y, 160, height_of(lines, 160)), "service", "WAF", lines)
    for box, kind, title, text in cards:
        drawing.box(box, kind, title, text)
    data, observability = cards[0][0], cards[1][0]

    drawing.arrow([(clients.right, clients.middle), (firewall.x, clients.middle)])
    drawing.arrow([(firewall.right, clients.middle), (balancer.x, clients.middle)])
    turn, start = data.x - 18, service.y + 16
    drawing.arrow([(service.right, start), (turn, start), (turn, data.y + 60), (data.x, data.y + 60)])
    drawing.words(content.vpc.right + 9, start - 6, "records")
    drawing.arrow([(data.x + 40, data.bottom), (data.x + 40, observability.y)], "records")
    drawing.arrow([(data.x + 220, observability.y), (data.x + 220, data.bottom)], "alarms, to the topics")
    return drawing.text


def _cards(facts: Facts, x: float, y: float) -> list[tuple[Box, str, str, list[str]]]:
    """What is beside the VPC, from top to bottom, with its place."""
    cards = [
        ("data", "Data", facts.data_lines()),
        ("observability", "Observability (CloudWatch)", facts.observability_lines()),
        ("identity", "Identity (OpenID Connect, IAM)", facts.identity_lines()),
    ]
    placed = []
    for kind, title, lines in cards:
        box = Box(x, y, SIDE, height_of(lines, SIDE))
        placed.append((box, kind, title, lines))
        y = box.bottom + 34
    return placed


class _Vpc:
    """Subnets by zone, and over them what is in all zones. Heights follow from what is in the boxes."""

    def __init__(self, facts: Facts, *, x: float, y: float, columns: float) -> None:
        self._facts = facts
        self._left, self._columns = x + 12, columns
        inner, wide = self._left + 14, columns - 28
        domain = facts.values["domain"]["name"]
        self._balancer_lines = [f"{domain}: 443 with TLS 1.3, 80 answers 301", "access logs, invalid headers dropped"]
        self._endpoints = (
            ", ".join(facts.stack["endpoints"]) if facts.values["network"]["egress"] == "endpoints" else ""
        )

        self._public_y = y + 50
        self.balancer = Box(inner, self._public_y + 44, wide, height_of(self._balancer_lines, wide))
        self._gateway_y = self.balancer.bottom + _GAP
        below = self._gateway_y + 48 if facts.zones_with_gateway else self.balancer.bottom
        self._public_bottom = below + _GAP

        self._private_y = self._public_bottom + 2 * _GAP
        self.service = Box(inner, self._private_y + 44, wide, height_of(facts.service_lines(), wide))
        self._ends = Box(inner, self.service.bottom + 2 * _GAP, wide, height_of([self._endpoints], wide))
        self._private_bottom = (self._ends if self._endpoints else self.service).bottom + _GAP
        self.vpc = Box(x, y, columns + 24, self._private_bottom + _GAP - y)

    def draw(self, drawing: Drawing) -> None:
        """All of it, from the back to the front."""
        facts, network = self._facts, self._facts.values["network"]
        zones = facts.values["availability_zones"]
        width = self._columns / len(zones)
        inside = "S3 gateway endpoint, flow logs of all traffic"
        drawing.box(self.vpc, "network", f"VPC {facts.name}, {network['vpc_cidr']}", [inside])
        rows = {"public": (self._public_y, self._public_bottom), "private": (self._private_y, self._private_bottom)}
        for number, zone in enumerate(zones):
            for kind, (top, bottom) in rows.items():
                box = Box(self._left + number * width + 4, top, width - 8, bottom - top)
                drawing.box(box, "subnet", f"{zone} {kind}", [network[f"{kind}_subnets"][number]], dashed=True)
        drawing.box(self.balancer, "service", f"Application load balancer {facts.name}", self._balancer_lines)
        drawing.box(self.service, "service", f"ECS service {facts.name} on Fargate", facts.service_lines())
        gutter = self._left + width
        drawing.arrow([(gutter, self.balancer.bottom), (gutter, self.service.y)])

        for zone in facts.zones_with_gateway:
            right = self._left + (zones.index(zone) + 1) * width
            gateway = Box(right - 120, self._gateway_y, 102, 48)
            drawing.box(gateway, "network", "NAT gateway", ["443 to AWS"])
            drawing.arrow([(right - 69, self.service.y), (right - 69, gateway.bottom)])
        if self._endpoints:
            drawing.box(self._ends, "network", "Interface endpoints in every zone; no NAT", [self._endpoints])
            drawing.arrow([(gutter, self.service.bottom), (gutter, self._ends.y)])
