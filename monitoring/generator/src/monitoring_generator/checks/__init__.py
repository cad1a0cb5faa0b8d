"""What is checked about made rules and their tests beyond what promtool checks; needs `promql-parser`."""
