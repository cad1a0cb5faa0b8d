"""The embedded AWS: moto's server, with the resource types and operations that it lacks.

`services/` adds operations to moto's services, one file a service; `resources/` has the CloudFormation
resource types, which call those operations; `cloudformation/` deploys stacks of them and rolls back.
What is not there is an error with its name, never a silent success.
"""
