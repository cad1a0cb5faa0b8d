"""Parity: the Terraform plan and the CDK templates read into one model, and compared property by property."""
