"""The catalogue is whole and well-formed, and a wrong entry is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.catalogue.indicators import RegisterShare, ShareWithin
from pipeline.catalogue.load import (
    INDICATORS_FILE,
    PEOPLE_OF_WHO,
    WALKER_OF_WHO,
    facility_classes,
    indicators,
    read_facility_catalogue,
    read_indicator_catalogue,
    scenarios,
    walker,
)
from pipeline.errors import SettingsError
from pipeline.indicators.evaluate import FAMILIES
from pipeline.settings import load_params
from pipeline.tables import TABLES
from tests.runs import ROOT

HEAD = """evidence_min_share: 0.5
scenarios:
  F: {zh: 功能完善, en: Complete functions, clause: 二(一)}
indicators:
"""
GOOD = (
    "  - {id: F01, zh: 甲, en: a, family: share_within, class: kindergarten, who: child_3_6, minutes: 10, unit: '%',\n"
    "     score: [[40, 0], [100, 100]], target: 90, proposed: false, clause: c, source: s}\n"
)


def test_the_first_indicator_reads_as_it_stands() -> None:
    first = indicators()["F01"]
    assert isinstance(first, ShareWithin)
    assert (first.scenario, first.class_, first.who, first.minutes) == ("F", "kindergarten", "child_3_6", 10)
    assert first.score == ((40, 0), (70, 60), (90, 90), (100, 100))
    assert first.bounds == (0, 100)
    assert indicators()["T02"].bounds == (1.2, 2.5)
    assert walker("kindergarten") == "child"
    assert walker("elderly_station", "step_free") == "elderly_step_free"


def test_all_66_indicators_of_the_eight_scenarios_are_there() -> None:
    assert len(indicators()) == 66
    count = {letter: sum(i.scenario == letter for i in indicators().values()) for letter in scenarios()}
    assert count == {"F": 14, "E": 7, "T": 11, "G": 7, "S": 9, "W": 6, "C": 6, "O": 6}
    for indicator in indicators().values():
        assert indicator.clause.strip() and indicator.source.strip()
        assert indicator.family in FAMILIES
        if indicator.source.startswith("proposed"):
            assert indicator.proposed, f"{indicator.id}: a source of our own is to be confirmed"


def test_families_classes_walkers_and_columns_agree_with_the_rest_of_the_house() -> None:
    assert {i.family for i in indicators().values()} == set(FAMILIES)
    walkers = load_params(ROOT / "params.yaml").network.walkers
    assert set(WALKER_OF_WHO.values()) <= set(walkers)
    assert set(PEOPLE_OF_WHO.values()) <= set(TABLES["residents"].nullable)
    for indicator in indicators().values():
        if isinstance(indicator, ShareWithin):
            legs = walkers[walker(indicator.class_, indicator.constraint)]
            assert legs.classes is None or indicator.class_ in legs.classes, indicator.id
        if isinstance(indicator, RegisterShare):
            assert indicator.column in TABLES["register"].nullable


def test_classes_name_tags_as_the_grammar_says() -> None:
    assert len(facility_classes()) == 24
    assert facility_classes()["park"].entrances == "boundary"
    for kind in facility_classes().values():
        assert kind.zh and kind.en and kind.osm


def test_a_new_indicator_of_a_known_family_is_one_entry(tmp_path: Path) -> None:
    file = tmp_path / "indicators.yaml"
    text = INDICATORS_FILE.read_text(encoding="utf-8")
    file.write_text(text + GOOD.replace("F01", "F99").replace("minutes: 10", "minutes: 7"), encoding="utf-8")
    assert [i.id for i in read_indicator_catalogue(file).indicators][-1] == "F99"


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ("minutes: 10", "minutes: ten", "F01.share_within.minutes"),
        ("minutes: 10, ", "", "F01.share_within.minutes"),
        ("minutes: 10", "minutes: -1", "greater than 0"),
        ("minutes: 10", "minutes: 10, minuets: 5", "minuets"),
        ("share_within", "share_without", "share_without"),
        ("class: kindergarten", "class: kindergarden", "'kindergarden', which does not exist"),
        ("who: child_3_6", "who: children", "F01.share_within.who"),
        ("[[40, 0], [100, 100]]", "[[100, 0], [40, 100]]", "must rise"),
        ("[[40, 0], [100, 100]]", "[[40, 0], [60, 80], [80, 70], [100, 100]]", "only rise or only fall"),
        ("[[40, 0], [100, 100]]", "[[40, 10], [100, 100]]", "from 0 to 100"),
        ("clause: c", "clause: ''", "F01.share_within.clause"),
        ("proposed: false, ", "", "F01.share_within.proposed"),
        ("id: F01", "id: X01", "begins with no scenario's letter"),
    ],
)
def test_a_broken_entry_is_refused_with_its_line(tmp_path: Path, good: str, bad: str, says: str) -> None:
    file = tmp_path / "indicators.yaml"
    assert good in GOOD
    file.write_text(HEAD + GOOD, encoding="utf-8")
    assert read_indicator_catalogue(file).indicators[0].id == "F01"
    file.write_text(HEAD + GOOD.replace(good, bad), encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        read_indicator_catalogue(file)
    assert says in str(refused.value)
    line = int(str(refused.value).split("line ")[1].split(",")[0])
    assert line in (5, 6), "the entry's own lines"
    assert refused.value.todo, "and how to mend it"


def test_an_entry_that_stands_twice_or_names_no_register_column_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "indicators.yaml"
    file.write_text(HEAD + GOOD + GOOD, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"line 7, F01: stands twice"):
        read_indicator_catalogue(file)
    entry = GOOD.replace(
        "share_within, class: kindergarten, who: child_3_6, minutes: 10", "register_share, column: tidiness"
    )
    file.write_text(HEAD + entry, encoding="utf-8")
    with pytest.raises(
        SettingsError, match=r"line 5, indicators\.F01\.register_share: the register has no column 'tidiness'"
    ):
        read_indicator_catalogue(file)


def test_a_broken_facility_class_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "facility_classes.yaml"
    file.write_text(
        "walker_of_who: {all: adult}\npeople_of_who: {all: residents}\nclasses:\n"
        "  bank: {zh: 银行, en: bank, who: all, osm: ['amenity is bank']}\n",
        encoding="utf-8",
    )
    with pytest.raises(
        SettingsError, match=r"line 4, classes\.bank\.osm.*'amenity is bank' is not key=value"
    ):
        read_facility_catalogue(file)
