"""Write the data dictionary from the table schemas, so that the two cannot differ."""

from __future__ import annotations

from pipeline.tables import FIELDS, TABLES

_HEAD = """# 数据字典 Data dictionary

Generated from `pipeline/tables.py` and `pipeline/catalogue/fields.yaml` by `python -m pipeline dictionary`.
Every table is a Parquet file in `processed/`; those with a geometry are GeoParquet in the district's projected CRS
(metres). “may be missing” means *unknown*, never zero.
"""


def data_dictionary() -> str:
    """Return the dictionary as Markdown: a section a table, a row a column."""
    parts = [_HEAD]
    for table in TABLES.values():
        codes = dict(table.codes)
        parts.append(
            f"\n## {table.name} {table.zh}\n\nOne row per {table.row}; key: {', '.join(table.key.split())}.\n"
        )
        parts.append(
            "| column | 名称 | meaning | type | unit | values | may be missing |\n|---|---|---|---|---|---|---|"
        )
        for column, nullable in table.nullable.items():
            field = FIELDS[column]
            values = ", ".join(codes.get(column, field.codes)) or _range(field.min, field.max)
            kind = {"Int": "int", "boolean": "bool", "object": "list of int"}.get(field.type, field.type)
            missing = "yes" if nullable else ""
            parts.append(
                f"| `{column}` | {field.zh} | {field.en} | {kind} | {field.unit} | {values} | {missing} |"
            )
    return "\n".join(parts) + "\n"


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return f"≥ {low:g}"
    return f"{low:g}–{high:g}"
