"""CloudFormation's resource types, one file a service."""
