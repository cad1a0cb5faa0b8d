"""Which alarms CloudWatch has: from `monitoring/alerts.yaml` and `environments/stack.yaml`, without the CDK."""
