"""CloudFormation: templates, resource types, and deployments that roll back what fails."""
