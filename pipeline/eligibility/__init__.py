"""Decide what the notice's rules say about every compound and unit: pass, fail, defer or unknown, with the reason.

The rules are data (`catalogue/rules.yaml`). Not yet decided, for want of fields or because they are not yes-or-no:
A4 and A17 (scores), A13 (21-item checklist), A14 (joint projects), A15 (permits), A18 and B18 (follow-up), B5 and B6
(what crossing a border or opening a wall gains), B7–B9 (pilot type, see `siting`), B14–B17 and B19 (procedure and
portfolio), B20–B23 (indicators and maps); of A12 the street office's co-operation, which no field holds.
"""
