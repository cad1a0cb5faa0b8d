"""Keeping the demo on this machine: no proxy between its parts, no AWS account of the user's.

It changes the environment of the supervisor itself, because the supervisor talks to the parts too:
a proxy made it wait 30 s in vain, and a profile that is not there broke the reading back.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping

from tools.demo.aws import REGION


def keep_to_loopback(environ: MutableMapping[str, str] = os.environ) -> None:
    """Change `environ`, which the children inherit."""
    for name in list(environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            del environ[name]
    environ.update(
        AWS_ACCESS_KEY_ID="testing",
        AWS_SECRET_ACCESS_KEY="testing",  # noqa: S106 - what moto's documentation uses
        AWS_REGION=REGION,
        AWS_CONFIG_FILE=os.devnull,  # or the default profile in ~/.aws would be read
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        NO_PROXY="127.0.0.1",  # macOS has proxies outside the environment
    )
