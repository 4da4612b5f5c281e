"""Invent names: plausible for an old northern harbour town, and of no real place or person."""

from __future__ import annotations

import numpy as np

DISTRICT = ("芝海区", "Zhihai District")
SUBDISTRICTS = {
    0: ("渔港街道", "Yugang Subdistrict"),
    1: ("槐荫里街道", "Huaiyinli Subdistrict"),
    2: ("东桥头街道", "Dongqiaotou Subdistrict"),
    3: ("锚山街道", "Maoshan Subdistrict"),
}
STEMS = {
    "渔港": "Yugang", "海晏": "Haiyan", "望潮": "Wangchao", "青槐": "Qinghuai", "石桥": "Shiqiao", "灯塔": "Dengta",
    "锚山": "Maoshan", "汐岸": "Xi'an Bank", "船坞": "Chuanwu", "盐仓": "Yancang", "北礁": "Beijiao", "柳湾": "Liuwan",
    "枣园": "Zaoyuan", "鸥鸣": "Ouming", "帆影": "Fanying", "晾网": "Liangwang", "槐荫": "Huaiyin", "东桥": "Dongqiao",
    "南坡": "Nanpo", "清泉": "Qingquan", "铁北": "Tiebei", "潮生": "Chaosheng", "蛎滩": "Litan", "云台": "Yuntai",
    "松涧": "Songjian", "麦岗": "Maigang", "双井": "Shuangjing", "福顺": "Fushun", "永安": "Yong'an", "同泰": "Tongtai",
    "仁和": "Renhe", "裕丰": "Yufeng", "春晖": "Chunhui", "朝阳坡": "Chaoyangpo", "月牙": "Yueya", "石坝": "Shiba",
    "鱼市": "Yushi", "碾坊": "Nianfang", "桃沟": "Taogou", "西沙": "Xisha", "观澜": "Guanlan", "听涛": "Tingtao",
}  # fmt: skip
WORKS = {
    "机修厂": "Repair Works", "罐头厂": "Cannery", "制冰厂": "Ice Works", "纺机厂": "Loom Works", "造船二厂": "Second Shipyard",
    "渔轮公司": "Trawler Company", "钟表厂": "Clock Works", "木材厂": "Timber Yard", "海产站": "Seafood Depot",
    "搪瓷厂": "Enamel Works", "绳网厂": "Rope and Net Works", "粮库": "Granary", "铁路": "Railway", "橡胶厂": "Rubber Works",
}  # fmt: skip
ENDINGS = {
    "slab": (("新村", "New Village"), ("小区", "Estate"), ("里", "Li"), ("北区", "North Estate"), ("南区", "South Estate")),
    "tower": (("花园", "Garden"), ("名苑", "Court"), ("华庭", "Residence"), ("国际", "International")),
    "courtyard": (("里", "Li"), ("大院", "Courtyard"), ("坊", "Fang")),
    "villa": (("山庄", "Hillside Villas"), ("墅园", "Villa Park"), ("别院", "Villas")),
    "bungalow": (("平房片", "Bungalows"), ("前街平房", "Front Street Bungalows")),
    "village": (("村", "Village"),),
}  # fmt: skip
STREET_ENDINGS = {
    "tertiary": ("路", "Road"),
    "residential": ("街", "Street"),
    "living_street": ("巷", "Lane"),
    "service": ("里弄", "Alley"),
}
ARTERIALS = {
    "滨海路": "Binhai Road", "海晏大街": "Haiyan Avenue", "槐荫路": "Huaiyin Road", "锚山路": "Maoshan Road",
    "中和街": "Zhonghe Street", "渔市街": "Yushi Street", "东桥路": "Dongqiao Road", "河西沿": "West Riverside",
    "河东沿": "East Riverside", "铁北街": "Tiebei Street", "铁南街": "Tienan Street", "山脚路": "Shanjiao Road",
}  # fmt: skip
_NUMBERS = ("一", "二", "三", "四", "五", "六")


class Namer:
    """Give out names, none twice."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng, self._used = rng, set[str]()

    def compound(self, kind: str) -> tuple[str, str]:
        """Return a compound's name in Chinese and English."""
        if kind == "dormitory":
            return self._free([(f"{zh}宿舍", f"{en} Dormitory") for zh, en in WORKS.items()])
        return self._free([(f"{a}{b}", f"{c} {d}") for a, c in STEMS.items() for b, d in ENDINGS[kind]])

    def committee(self) -> tuple[str, str]:
        """Return a residents' committee's name."""
        return self._free([(f"{zh}社区居委会", f"{en} Community Committee") for zh, en in STEMS.items()])

    def street(self, highway: str) -> tuple[str, str]:
        """Return a street's name."""
        zh, en = STREET_ENDINGS[highway]
        return self._free([(f"{a}{zh}", f"{b} {en}") for a, b in STEMS.items()])

    def _free(self, names: list[tuple[str, str]]) -> tuple[str, str]:
        free = [name for name in names if name[0] not in self._used]
        for zh, en in zip(_NUMBERS, range(1, 7), strict=True):
            if free:
                break
            free = [(f"{a}{zh}区", f"{b} No. {en}") for a, b in names if f"{a}{zh}区" not in self._used]
        name = free[int(self._rng.integers(len(free)))]
        self._used.add(name[0])
        return name
