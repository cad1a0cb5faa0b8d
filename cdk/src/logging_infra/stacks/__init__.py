"""The five stacks of an environment, split by how often they change."""
