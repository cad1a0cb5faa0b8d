"""What must exist before a stack is deployed, because a person makes it: the load balancer's certificate."""

from __future__ import annotations

from moto.acm.models import acm_backends
from moto.utilities.arns import parse_arn


def add_certificate(arn: str, domain: str) -> None:
    """Issue a certificate for `domain` under the given ARN, in its account and region."""
    place = parse_arn(arn)
    backend = acm_backends[place.account][place.region]
    made = backend.request_certificate(
        domain_name=domain,
        idempotency_token=None,
        subject_alt_names=[],
        tags=[],
    )
    certificate = backend._certificates.pop(made)
    certificate.arn = arn
    certificate.status = "ISSUED"
    backend._certificates[arn] = certificate
