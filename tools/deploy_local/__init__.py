"""`make deploy-local`: both stacks through the real CLIs onto an embedded AWS, checked, and taken down again."""
