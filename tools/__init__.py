"""What make and CI call."""
