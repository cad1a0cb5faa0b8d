"""Architecture diagrams of docs/aws.md, one an environment, made from the files that are deployed."""
