"""Terraform without an account and, where it must be, without the registry: set-up and plans as JSON.

`provider.py` finds the AWS provider where no registry answers, `stage.py` keeps a copy of the
configuration whose provider asks nothing, `plans.py` makes plans of it, `native_tests.py` runs
`terraform test`. `python -m tools.terraform` is for the shell.
"""
