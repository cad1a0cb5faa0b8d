"""The AWS stack with the CDK: from an environment's file to five CloudFormation templates (`build.py`)."""

import os

# jsii, which carries the CDK into Python, starts when aws_cdk is imported, and greets Node 20 with a banner.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
