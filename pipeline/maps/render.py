"""Put a page's content, styles and scripts into one HTML file that needs no network.

The map element is folium's; its rendering tree is rendered into our own template, without folium's default scripts.
Leaflet comes from the installed package `django-js-lib-leaflet` and is inlined. A content-security policy
allows the page's own scripts by hash and forbids everything else: no request, no eval, no script in data.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import folium
from branca.element import Figure, MacroElement
from folium.template import Template
from jinja2 import Environment
from markupsafe import Markup

from pipeline.maps.text import Both

SCRIPTS = (
    "decode.js",
    "paint.js",
    "signs.js",
    "dom.js",
    "frame.js",
    "walk.js",
    "cards.js",
    "unit_card.js",
    "compound_card.js",
    "place_cards.js",
    "address_card.js",
    "search.js",
    "map.js",
    "page.js",
)
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LEAFLET = files("js_lib_leaflet").joinpath("static", "js_lib_leaflet")
_ASSETS = files("pipeline.maps").joinpath("assets")


class StartPage(MacroElement):
    """Hand the folium map to the page's own script."""

    _template = Template(
        "{% macro script(this, kwargs) %}startPage({{ this._parent.get_name() }});{% endmacro %}"
    )


def render(content: Mapping[str, Any], title: str, words: Mapping[str, Both]) -> str:
    """Return the HTML text of the map page; arguments as of `html_page`."""
    map_html, map_script = _folium_map(content["grid"])
    scripts = [_leaflet_script(), joined(SCRIPTS), map_script]
    styles = [_leaflet_style(), asset("page.css")]
    return html_page(asset("page.html"), content, title, words, scripts, styles, map_html=Markup(map_html))


def html_page(
    template: str,
    content: Mapping[str, Any],
    title: str,
    words: Mapping[str, Both],
    scripts: list[str],
    styles: list[str],
    **parts: Markup,
) -> str:
    """Return the HTML text of a page.

    Parameters
    ----------
    template
        Text of a Jinja template.
    content
        What the page's script reads; numbers, texts, lists, mappings and dataclasses only.
    title
        Title of the window.
    words
        The catalogue of words; the template shows the Chinese ones until the script takes over.
    scripts, styles
        Our own and Leaflet's: they go into the page as they are.
    parts
        What else the template has a place for.
    """
    return (
        Environment(autoescape=True)
        .from_string(template)
        .render(
            title=title,
            words=words,
            policy=content_policy(scripts),
            styles=[Markup(style) for style in [_variables(content["colours"]), *styles]],
            scripts=[Markup(script) for script in scripts],
            data=Markup(as_script_json(content)),
            **parts,
        )
    )


def as_script_json(content: Any) -> str:
    """Return JSON that cannot end its script element, whatever the texts in it say.

    Marks of writing direction, which would turn round what stands after them, become visible replacement characters.
    """
    text = json.dumps(
        content, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_as_mapping
    )
    text = _DIRECTION.sub("\ufffd", text)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _as_mapping(thing: Any) -> dict[str, Any]:
    """Return the fields of a dataclass as they are; `asdict` would copy every list in them."""
    if not is_dataclass(thing):
        raise TypeError(f"a page holds no {type(thing).__name__}")
    return vars(thing)


def content_policy(scripts: list[str]) -> str:
    """Return the content-security policy that admits just these inline scripts."""
    hashes = " ".join(f"'sha256-{_sha256(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _sha256(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _folium_map(grid: Mapping[str, float]) -> tuple[str, str]:
    """Return the element and the script of the folium map over the grid's ground."""
    chart = folium.Map(
        location=[(grid["south"] + grid["north"]) / 2, (grid["west"] + grid["east"]) / 2],
        tiles=None,
        control_scale=True,
        zoom_control=False,
        attributionControl=False,
        zoomSnap=0.25,
        maxZoom=19,
        minZoom=10,
    )
    chart.default_js, chart.default_css = [], []
    chart._id = "district"  # folium draws ids at random; pages are to be byte-identical
    chart.add_child(StartPage())
    figure: Figure = chart.get_root()  # type: ignore[assignment]
    figure.render()
    return figure.html.render(), figure.script.render()


def joined(names: Iterable[str]) -> str:
    """Return scripts of this room as one."""
    return "\n".join(map(asset, names))


@cache
def asset(name: str) -> str:
    """Return the text of a script, style or template of this room."""
    return _ASSETS.joinpath(name).read_text(encoding="utf-8")


@cache
def _leaflet_script() -> str:
    text = _LEAFLET.joinpath("leaflet.js").read_text(encoding="utf-8")
    return re.sub(r"//# sourceMappingURL=.*", "", text)


@cache
def _leaflet_style() -> str:
    """Leaflet's stylesheet with its pictures inside."""

    def inline(match: re.Match[str]) -> str:
        picture = base64.b64encode(_LEAFLET.joinpath("images", match["name"]).read_bytes()).decode()
        return f"url(data:image/png;base64,{picture})"

    return re.sub(
        r"url\(images/(?P<name>[\w.-]+)\)", inline, _LEAFLET.joinpath("leaflet.css").read_text("utf-8")
    )


def _variables(colours: Mapping[str, Any]) -> str:
    """The single colours of the table as CSS variables, so that the stylesheet names none itself."""
    rules = "".join(f"--{name}:{value};" for name, value in colours.items() if isinstance(value, str))
    return f":root{{{rules}}}"
