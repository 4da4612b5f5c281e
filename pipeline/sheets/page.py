"""Write the check-up sheets: one HTML page a candidate, for A4, that needs no network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, Template
from markupsafe import Markup

from pipeline.maps.render import content_policy
from pipeline.maps.text import Both, say, words
from pipeline.maps.themes import colours
from pipeline.report.plain_text import plain
from pipeline.settings import Settings
from pipeline.sheets.gather import Sheet, clean

_ASSETS = files("pipeline.sheets").joinpath("assets")


def sheet_pages(settings: Settings, sheets: Sequence[Sheet]) -> Callable[[Path], None]:
    """Return a function that writes a folder of pages, `<unit_id>.html` each."""
    pages = {f"{sheet.unit_id}.html": sheet_html(settings, sheet) for sheet in sheets}

    def write(folder: Path) -> None:
        folder.mkdir()
        for name, text in pages.items():
            folder.joinpath(name).write_text(text, encoding="utf-8", newline="\n")

    return write


def sheet_html(settings: Settings, sheet: Sheet) -> str:
    """Return the page of a candidate."""
    district, script = settings.district, _asset("sheet.js")
    return _template().render(
        sheet=sheet,
        district=clean((district.name.zh, district.name.en)),
        date=district.date.isoformat(),
        fictional=district.fictional,
        edition=edition(settings),
        sources=plain(_sources(settings)),
        words=words(),
        policy=content_policy([script]),
        styles=[Markup(style) for style in _styles()],
        script=Markup(script),
        picture=Markup(sheet.picture),
    )


def edition(settings: Settings) -> Both | None:
    """Return the note of the public edition."""
    report = settings.params.report
    return say("report_edition", k=report.public_min_people) if report.public else None


def _sources(settings: Settings) -> str:
    """Each source once, with its licence."""
    layers = (f"{layer.source} ({layer.licence})" for _, layer in settings.district.layers.all())
    return " · ".join(dict.fromkeys(layers))


@cache
def _template() -> Template:
    return Environment(autoescape=True, trim_blocks=True).from_string(_asset("sheet.html"))


@cache
def _styles() -> tuple[str, ...]:
    """The table of colours, the pages' stylesheet, and what an A4 sheet needs beyond it."""
    table = colours()
    single = {name: value for name, value in table.items() if isinstance(value, str)}
    single |= {f"sign-{name}": value for name, value in table["result"].items()}
    variables = ":root{" + "".join(f"--{name}:{value};" for name, value in single.items()) + "}"
    shared = files("pipeline.maps").joinpath("assets", "page.css").read_text(encoding="utf-8")
    return variables, shared, _asset("sheet.css")


@cache
def _asset(name: str) -> str:
    return _ASSETS.joinpath(name).read_text(encoding="utf-8")
