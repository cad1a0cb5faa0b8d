"""Rule packs on the templates, and the ledger of findings that were acknowledged.

`python -m logging_infra.compliance` checks every environment: a finding that is not in the ledger fails, and so does an
entry of the ledger that no longer fires.
"""
