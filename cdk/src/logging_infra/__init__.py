"""The AWS stack with the CDK: from an environment's file to five CloudFormation templates (`build.py`)."""
