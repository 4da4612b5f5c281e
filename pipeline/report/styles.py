"""Draw the layers of the GeoPackage as the pages do: one QGIS style (QML) a layer, of rules with colour and legend.

A rule's filter is an SQL expression, which QGIS and OGR read alike; the rules of a layer catch each of its rows once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal
from xml.etree import ElementTree

from pipeline.catalogue.load import facility_classes
from pipeline.maps.text import words
from pipeline.maps.themes import colours

Shape = Literal["area", "line", "point"]
_SYMBOL = {
    "area": ("fill", "SimpleFill"),
    "line": ("line", "SimpleLine"),
    "point": ("marker", "SimpleMarker"),
}
_GEOMETRY_TYPE = {"point": "0", "line": "1", "area": "2"}


@dataclass(frozen=True)
class Rule:
    """Rows to draw alike: an SQL filter, a legend, a fill colour (None: outline only), an outline, a width or size in mm."""

    filter: str
    legend: str
    fill: str | None
    outline: str
    width: float = 0.3
    pattern: str = "solid"
    marker: str = "circle"


@dataclass(frozen=True)
class Style:
    """How a layer is drawn, and the column that its labels show."""

    shape: Shape
    rules: Sequence[Rule]
    label: str | None = None


def styles() -> dict[str, Style]:
    """Return the style of every layer of the GeoPackage that is drawn."""
    colour = colours()
    return {
        "candidates": Style("area", _scores(colour), "rank"),
        "units": Style("area", _sizes(colour), "unit_id"),
        "atoms": Style(
            "area",
            [
                Rule("kind = 'compound'", "小区 compound", "#e2dfd8", colour["note"], 0.2),
                Rule("kind = 'block'", "街区 block of the land between", None, colour["note"], 0.2),
            ],
        ),
        "committees": Style("area", [Rule("1 = 1", "居委会 residents' committee", None, colour["ink"], 0.5)], "name"),
        "compounds": Style("area", [Rule("1 = 1", "小区 compound", "#e2dfd8", colour["note"], 0.2)], "name"),
        "facilities": Style("point", _facilities(colour)),
        "residents": Style(
            "point",
            [
                Rule("linked = 1", _legend("link_linked"), colour["accent"], "#ffffff", 1.2),
                Rule("linked = 0", "未接入 not tied to the network", colour["wall"], "#ffffff", 1.8),
            ],
        ),
        "openings": Style("point", _openings(colour)),
        "walk_kindergarten": Style("point", _minutes(colour)),
        "walk_elderly_station": Style("point", _minutes(colour)),
        "catchments": Style("area", _rings(colour), "class_id"),
    }  # fmt: skip


def qml(style: Style) -> str:
    """Return a style as QGIS reads it from column styleQML of table layer_styles."""
    root = ElementTree.Element("qgis", version="3.22.0", styleCategories="Symbology|Labeling")
    renderer = ElementTree.SubElement(root, "renderer-v2", type="RuleRenderer", symbollevels="0")
    rules = ElementTree.SubElement(renderer, "rules", key="root")
    symbols = ElementTree.SubElement(renderer, "symbols")
    for i, rule in enumerate(style.rules):
        name = str(i)
        ElementTree.SubElement(
            rules, "rule", key=f"rule{name}", symbol=name, filter=rule.filter, label=rule.legend
        )
        symbols.append(_symbol(style.shape, rule, name))
    if style.label:
        root.append(_labelling(style.label))
    ElementTree.SubElement(root, "layerGeometryType").text = _GEOMETRY_TYPE[style.shape]
    return "<!DOCTYPE qgis>\n" + ElementTree.tostring(root, encoding="unicode")


def _symbol(shape: Shape, rule: Rule, name: str) -> ElementTree.Element:
    kind, layer_class = _SYMBOL[shape]
    symbol = ElementTree.Element("symbol", type=kind, name=name, alpha="1", clip_to_extent="1")
    layer = ElementTree.SubElement(
        symbol, "layer", {"class": layer_class, "enabled": "1", "locked": "0", "pass": "0"}
    )
    fill, outline = _rgba(rule.fill), _rgba(rule.outline)
    properties: Mapping[str, str] = {
        "area": {
            "color": fill,
            "style": rule.pattern if rule.fill else "no",
            "outline_color": outline,
            "outline_style": "solid",
            "outline_width": f"{rule.width:g}",
            "outline_width_unit": "MM",
        },
        "line": {"line_color": outline, "line_width": f"{rule.width:g}", "line_width_unit": "MM"},
        "point": {
            "name": rule.marker,
            "color": fill,
            "outline_color": outline,
            "outline_width": "0.2",
            "size": f"{rule.width:g}",
            "size_unit": "MM",
        },
    }[shape]
    options = ElementTree.SubElement(layer, "Option", type="Map")
    for key, value in properties.items():
        ElementTree.SubElement(options, "Option", name=key, type="QString", value=value)
    for key, value in properties.items():  # QGIS before 3.20 reads these
        ElementTree.SubElement(layer, "prop", k=key, v=value)
    return symbol


def _labelling(column: str) -> ElementTree.Element:
    labelling = ElementTree.Element("labeling", type="simple")
    settings = ElementTree.SubElement(labelling, "settings", calloutType="simple")
    style = ElementTree.SubElement(
        settings, "text-style", fieldName=column, isExpression="0", fontSize="9", textColor="31,35,40,255"
    )
    ElementTree.SubElement(
        style, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferColor="255,255,255,255"
    )
    return labelling


def _rgba(colour: str | None) -> str:
    if colour is None:
        return "255,255,255,0"
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"


def _legend(key: str) -> str:
    return " ".join(words()[key])


def _scores(colour: Mapping[str, Any]) -> list[Rule]:
    accent = colour["accent"]
    classes = [
        Rule(
            f"score >= {low} AND score {'<=' if high == 100 else '<'} {high}", f"{low}–{high} 分 points", fill, accent, 0.5
        )
        for (low, high), fill in zip(pairwise(range(0, 101, 20)), colour["score"], strict=True)
    ]  # fmt: skip
    unknown = Rule("score IS NULL", _legend("unknown"), colour["unknown"], accent, 0.5, "b_diagonal")
    return [*classes, unknown]


def _sizes(colour: Mapping[str, Any]) -> list[Rule]:
    sizes, ink = colour["size"], colour["ink"]
    near = Rule("near_miss = 1", _legend("size_near_miss"), sizes["near_miss"], ink, 0.3, "b_diagonal")
    return [
        near,
        *(
            Rule(f"near_miss = 0 AND size_result = '{key}'", _legend(f"size_{key}"), sizes[key], ink)
            for key in ("fits", "too_small", "too_large")
        ),
    ]


MINUTES = ("minutes <= 5", "minutes > 5 AND minutes <= 10", "minutes > 10 AND minutes <= 15", "minutes > 15")


def _rings(colour: Mapping[str, Any]) -> list[Rule]:
    """Outlines of the ground within so many minutes: one lies inside the other, so none is filled."""
    return [
        Rule(limit, _legend(f"minutes_{i}"), None, ink, 0.5)
        for i, (limit, ink) in enumerate(zip(MINUTES, colour["minutes"], strict=True))
    ]


def _minutes(colour: Mapping[str, Any]) -> list[Rule]:
    classes = [
        Rule(limit, _legend(f"minutes_{i}"), fill, "#ffffff", 1.6)
        for i, (limit, fill) in enumerate(zip(MINUTES, colour["minutes"], strict=True))
    ]
    none = Rule("minutes IS NULL", "限时内没有 none within the limit", colour["unknown"], "#ffffff", 1.6)
    return [*classes, none]


def _facilities(colour: Mapping[str, Any]) -> list[Rule]:
    classes = facility_classes()
    basic = {"kindergarten": colour["accent"], "elderly_station": "#8c510a"}
    rest = "class NOT IN ('kindergarten', 'elderly_station')"
    return [
        *(
            Rule(f"class = '{key}'", f"{classes[key].zh} {classes[key].en}", fill, "#ffffff", 3.0)
            for key, fill in basic.items()
        ),
        Rule(rest, "其他设施 other facilities", colour["note"], "#ffffff", 1.6),
    ]


def _openings(colour: Mapping[str, Any]) -> list[Rule]:
    gate, ink = colour["gate"], "#ffffff"
    users = {
        "public": (gate, "circle"),
        "residents": (None, "circle"),
        "permit": (None, "diamond"),
        "closed": (gate, "cross2"),
        "unknown": (colour["unknown"], "circle"),
    }
    return [
        Rule("status = 'blocked'", _legend("gate_blocked"), colour["ink"], colour["ink"], 2.2, marker="cross2"),
        *(
            Rule(
                f"status = 'gate' AND gate_users = '{key}'", _legend(f"gate_{key}"), fill,
                gate if fill is None or marker == "cross2" else ink, 2.4, marker=marker,
            )
            for key, (fill, marker) in users.items()
        ),
    ]  # fmt: skip
