"""From `receivers.yaml` and the alerts to `alertmanager/alertmanager.yml`: who is told, when, and what mutes what."""
