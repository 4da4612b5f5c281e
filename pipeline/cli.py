"""Offer the commands that a user types, each a thin line to the room that does the work."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline import run as runner
from pipeline.errors import MissingInputError, PipelineError
from pipeline.progress import say
from pipeline.settings import Settings, load_district, load_params

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Where should the district's next beautiful-community pilots be, and how sure are we?",
)
DistrictFile = Annotated[Path, typer.Argument(metavar="DISTRICT.yaml", help="the district's description")]
ParamsFile = Annotated[Path, typer.Option("--params", help="parameters (default: the project's params.yaml)")]
PARAMS = runner.ROOT / "params.yaml"


@app.command("run")
def run_command(
    district: DistrictFile,
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="folder for the results")],
    params: ParamsFile = PARAMS,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="section.key=value, may be repeated")
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="the edition that may leave the house: no small counts of people")
    ] = False,
) -> None:
    """Run all stages on a district into OUT/processed and OUT/maps."""
    chosen = [*(set_ or []), *(["report.public=true"] if public else [])]
    settings = Settings(params=load_params(params, chosen), district=load_district(district))
    runner.run_district(settings, out)
    say(f"done: {out / 'maps' / 'index.html'}")


@app.command("stage")
def stage_command(name: Annotated[str, typer.Argument(help="a stage of dvc.yaml")]) -> None:
    """Run one stage in the project's own folders (what `dvc repro` calls)."""
    stages = runner.stages()
    if name not in stages:
        raise typer.BadParameter(f"{name}: not one of {', '.join(stages)}")
    params = load_params(PARAMS)
    district = load_district(runner.ROOT / params.district / "district.yaml")
    folders = runner.Folders(runner.ROOT / runner.PROCESSED, runner.ROOT / runner.MAPS)
    runner.run_stage(stages[name], Settings(params=params, district=district), folders)


@app.command("check")
def check_command(district: DistrictFile, params: ParamsFile = PARAMS) -> None:
    """Read the district's files only: what was found, what is missing, and what that costs."""
    from pipeline.intake.read import read_district
    from pipeline.intake.report import describe

    settings = Settings(params=load_params(params), district=load_district(district))
    typer.echo(describe(read_district(settings).report))


@app.command("new")
def new_command(folder: Annotated[Path, typer.Argument(help="a folder that does not exist yet")]) -> None:
    """Write a commented district.yaml and the folders to fill in."""
    from pipeline.intake.template import write_template

    typer.echo(write_template(folder))


@app.command("dictionary")
def dictionary_command() -> None:
    """Print the data dictionary (docs/data-dictionary.md) from the schemas."""
    from pipeline.report.dictionary import data_dictionary

    typer.echo(data_dictionary(), nl=False)


@app.command("clauses")
def clauses_command() -> None:
    """Print where each clause of the notice is carried out (docs/clauses.md)."""
    from pipeline.report.clauses import clause_table

    typer.echo(clause_table(frozenset(load_params(PARAMS).eligibility.thresholds)), nl=False)


@app.command("summary")
def summary_command(
    out: Annotated[
        Path, typer.Argument(help="folder of the results; default: the project's own")
    ] = runner.ROOT / "data",
) -> None:
    """Print what a finished run found: people, units, reach, best candidates, the pages to open."""
    from pipeline.report.summary import summary

    maps = out / "maps" if (out / "maps").is_dir() else runner.ROOT / "maps"
    typer.echo(summary(runner.Folders(out / "processed", maps)))


@app.command("sure")
def sure_command(
    out: Annotated[
        Path, typer.Argument(help="folder of the results; default: the project's own")
    ] = runner.ROOT / "data",
) -> None:
    """Print how sure a finished run's ranking is: chances, flips, facts worth finding out, the portfolio, other methods."""
    from pipeline.report.sureness import sureness

    typer.echo(sureness(runner.Folders(out / "processed", out / "maps")))


@app.command("open")
def open_command(
    out: Annotated[
        Path, typer.Argument(help="folder of the results; default: the project's own")
    ] = runner.ROOT,
) -> None:
    """Open the page of a finished run in the browser."""
    import webbrowser

    page = (out / "maps" / "index.html").resolve()
    if not page.is_file():
        raise MissingInputError(
            str(page), "there is no page", todo="run the district first, or name its --out folder"
        )
    if not webbrowser.open(page.as_uri()):
        raise MissingInputError(
            str(page), "no browser was found to open it", todo="open the file by double click"
        )
    say(f"opened: {page}")


@app.command("explain")
def explain_command(
    district: DistrictFile,
    subject: Annotated[str, typer.Option("--subject", help="a compound or unit, e.g. C017 or P03")],
    rule: Annotated[str | None, typer.Option("--rule", help="a rule of rules.yaml, e.g. A11")] = None,
    indicator: Annotated[
        str | None, typer.Option("--indicator", help="an indicator of indicators.yaml, e.g. F01")
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", help="folder of the results; default: the project's own")
    ] = runner.ROOT / "data",
) -> None:
    """Explain a finished run: why a rule decided so, or how an indicator came to its value."""
    from pipeline.report.explain import explain

    described = load_district(district)
    folders = runner.Folders(out / "processed", out / "maps")
    typer.echo(f"{described.mark}\n".lstrip() + explain(described, folders, subject, rule, indicator))


@app.command("compare")
def compare_command(
    before: Annotated[Path, typer.Argument(metavar="RUN_A", help="folder of a finished run")],
    after: Annotated[Path, typer.Argument(metavar="RUN_B", help="folder of another finished run")],
    csv: Annotated[
        Path | None, typer.Option("--csv", dir_okay=False, help="also write all of it here")
    ] = None,
) -> None:
    """Split the change of every score and rank into data, people, facilities, network, parameters, catalogue."""
    from pipeline import store
    from pipeline.compare.changes import changes, changes_csv

    table, text = changes(before, after)
    typer.echo(text)
    if csv:
        store.write({csv: changes_csv(table)})


@app.command("walk")
def walk_command(
    out: Annotated[Path, typer.Argument(help="folder of a finished run")],
    start: Annotated[str, typer.Option("--from", help="an address (point_id), or longitude,latitude")],
    target: Annotated[str, typer.Option("--to", help="a facility class, or a facility_id")],
    walker: Annotated[
        str | None, typer.Option("--walker", help="default: whose legs count for the class")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="time of day, HH:MM; default: that of the run (network.at)")
    ] = None,
    geojson: Annotated[
        Path | None, typer.Option("--geojson", dir_okay=False, help="also write the pieces to this file")
    ] = None,
) -> None:
    """Show one walk piece by piece: streets, slope, stairs, waits, gates, and the seconds of each."""
    from pipeline import store
    from pipeline.report.walk import Walk

    walk = Walk(runner.Folders(out / "processed", out / "maps"), start, target, walker, at)
    typer.echo(walk.text())
    if geojson:
        store.write({geojson: walk.geojson()})


@app.command("catchment")
def catchment_command(
    out: Annotated[Path, typer.Argument(help="folder of a finished run")],
    target: Annotated[
        str, typer.Option("--of", help="a facility class, a facility_id, or an address (point_id)")
    ],
    geojson: Annotated[Path, typer.Option("--geojson", dir_okay=False, help="file to write (WGS 84)")],
    minutes: Annotated[float, typer.Option("--minutes", min=0.1, help="longest walk")] = 10.0,
    walker: Annotated[
        str | None, typer.Option("--walker", help="default: whose legs count for the class")
    ] = None,
) -> None:
    """Draw the ground from which a facility, a class of facilities or an address is reached on foot."""
    from pipeline import store
    from pipeline.report.catchment import catchment

    area = catchment(runner.Folders(out / "processed", out / "maps"), target, minutes, walker)
    store.write({geojson: str(area.to_crs("EPSG:4326").to_json(ensure_ascii=False)) + "\n"})
    ground = f"{area.area.sum() / 1e6:.2f} km²"
    typer.echo(f"{target}: {minutes:g} 分钟 min, {', '.join(area['walker'])}, {ground} → {geojson}")


def main() -> None:
    """Run the command line; a fault in data or settings ends in its message and exit status 1."""
    try:
        app()
    except PipelineError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("interrupted; finished stages are kept, run again to go on", file=sys.stderr)
        sys.exit(130)
