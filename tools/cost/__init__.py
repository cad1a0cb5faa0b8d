"""What an environment costs a month, from its file and the dated prices in `environments/prices.yaml`."""
