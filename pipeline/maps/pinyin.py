"""Spell Chinese names in pinyin, so that they are found without a Chinese keyboard."""

from __future__ import annotations

import re

from pypinyin import Style, lazy_pinyin

_CHINESE = re.compile(r"[\u3400-\u9fff]")


def spelled(name: str) -> str:
    """Return the name in full pinyin and its initials, both without spaces; empty where nothing of it is Chinese.

    Letters and digits within the name stay: 清泉路18号 is "qingquanlu18hao qql18h".
    """
    if not _CHINESE.search(name):
        return ""
    full = lazy_pinyin(name)
    first = lazy_pinyin(name, style=Style.FIRST_LETTER)
    return " ".join(re.sub(r"\W+", "", "".join(parts)).lower() for parts in (full, first))
