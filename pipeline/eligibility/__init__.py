"""Decide what the notice's rules say about every compound and unit: pass, fail, defer or unknown, with the reason.

The rules are data (`catalogue/rules.yaml`; checklist and permits, A13 and A15: `catalogue/renovation.yaml`). Where each clause
is carried out, rule or not, `catalogue/clauses.yaml` tells (docs/clauses.md).
"""
