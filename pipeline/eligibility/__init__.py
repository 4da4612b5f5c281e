"""Decide what the notice's rules say about every compound and unit: pass, fail, defer or unknown, with the reason.

The rules are data (`catalogue/rules.yaml`; checklist and permits, A13 and A15: `catalogue/renovation.yaml`). Elsewhere: A14
in `projects`; B7–B9, B17, B19 in `siting`; B15, B18, A18 in `procedure`; B20–B23 are indicators and maps. Of A12 the street
office's co-operation is not decided, which no field holds; of B6, what opening a wall gains.
"""
