"""Describe the demo district's files in a `district.yaml`, as a district's own office would."""

from __future__ import annotations

from typing import Any

import yaml

from pipeline.demo import names, register, terrain
from pipeline.demo.facilities import CLASSES, COMPLETENESS

DATE = "2026-06-11"
STAMP = f"{DATE}T00:00:00Z"
SOURCE = "虚构示例数据, 由程序生成 / fictional, generated"
LICENCE = "CC0-1.0"


def text() -> str:
    """Return the content of `district.yaml`."""
    head = "# 虚构的示例区: 由 python -m pipeline.demo 生成, 请勿手改。 A fictional district, generated; do not edit by hand.\n"
    body = yaml.safe_dump(_district(), allow_unicode=True, sort_keys=False, width=110)
    return head + body


def _layer(path: str, **more: Any) -> dict[str, Any]:
    return {"path": path, **more, "date": _date(), "source": SOURCE, "licence": LICENCE}


def _date() -> Any:
    return yaml.safe_load(DATE)


def _district() -> dict[str, Any]:
    zh, en = names.DISTRICT
    words = {word: kind for kind, (word, *_) in CLASSES.items()} | {"公交站": "bus_stop"}
    return {
        "district_id": "demo",
        "name": {"zh": zh, "en": en},
        "fictional": True,
        "crs": terrain.CRS,
        "date": _date(),
        "age_shares": {"child_0_3": 0.021, "child_3_6": 0.028, "elderly": 0.27},
        "ages_estimated": "按全区小区合计的年龄构成估计 / estimated from the age shares of all compounds together",
        "layers": {
            "committees": _layer(
                "committees.shp",
                encoding="gbk",
                columns={
                    "committee_id": "编号",
                    "name": "居委会名称",
                    "name_en": "英文名",
                    "subdistrict": "所属街道",
                },
            ),
            "streets": _layer("streets.osm.pbf"),
            "facilities": [
                _layer(
                    "poi.csv",
                    x="经度",
                    y="纬度",
                    crs="EPSG:4326",
                    datum="GCJ-02",
                    columns={
                        "class": "类别",
                        "name": "名称",
                        "capacity": "学位数",
                        "floor_area_m2": "建筑面积",
                    },
                    values={"class": words},
                    completeness=COMPLETENESS,
                ),
                _layer(
                    "grounds.geojson",
                    columns={"class": "类别", "name": "名称"},
                    values={
                        "class": {
                            "公园绿地": "park",
                            "公共活动场地": "activity_ground",
                            "应急避难场所": "shelter",
                        }
                    },
                    completeness={"park": "complete", "activity_ground": "complete", "shelter": "complete"},
                ),
            ],
            "compounds": _layer("compounds.gpkg", layer="小区"),
            "register": _layer(
                "register.xlsx",
                sheet="小区登记",
                header_row=2,
                columns={"compound_id": "小区编号"}
                | {name: heading for name, (_, heading, _) in register.COLUMNS.items()}
                | {name: heading for name, (_, heading) in register.LISTS.items()},
                values={
                    name: {word: value for value, word in words.items()}
                    for name, (_, _, words) in register.COLUMNS.items()
                    if words and words is not register.YES_NO
                },
            ),
            "population": [
                _layer("population_outside.tif", kind="raster", outside_compounds=True, uncertainty_share=0.1)
            ],
            "buildings": _layer(
                "buildings.geojson",
                columns={"building_id": "编号", "floors": "层数", "use": "用途"},
                values={
                    "use": {
                        "住宅": "residential",
                        "商业": "other",
                        "公共": "other",
                        "工业": "other",
                        "不详": "unknown",
                    }
                },
            ),
            "walls": _layer("walls_gates.gpkg", layer="围墙"),
            "gates": _layer(
                "walls_gates.gpkg",
                layer="出入口",
                columns={"compound_id": "小区编号", "gate_users": "准入", "open_hours": "开放时间"},
                values={
                    "gate_users": {
                        "公众": "public",
                        "仅业主": "residents",
                        "凭证登记": "permit",
                        "常闭": "closed",
                    }
                },
            ),
            "land": [
                _layer("land.gpkg", layer=kind)
                for kind in ("green", "water", "sea", "river", "railway", "coast")
            ],
            "terrain": _layer("terrain.tif"),
            "progress": _layer("progress.csv", columns={"subject": "对象", "step": "步骤", "date": "日期"}),
        },
    }
