"""Read opening hours and say whether a gate is open at a time of day."""

from __future__ import annotations

import re

_DAY_MINUTES = 24 * 60
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_ALWAYS, _NEVER = ("24/7", "全天"), ("off", "closed", "关闭")
_EVERY_DAY = re.compile(r"^(mo-su|daily|每天|每日)\s*")


def minute_of_day(text: str) -> int | None:
    """Return minutes after midnight of `HH:MM`, up to 24:00; None where it is none."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        return None
    minute = 60 * int(found[1]) + int(found[2])
    return minute if int(found[2]) < 60 and minute <= _DAY_MINUTES else None


def is_open(hours: str, at: str) -> bool | None:
    """Return whether hours hold at a time of day; None where they cannot be read.

    Parameters
    ----------
    hours
        The same every day: ranges like `06:00-22:00` parted by commas or semicolons, past midnight too (the end is no
        longer open); `24/7`; `off`. Days, seasons and conditions are not read: what holds on some days only is unknown.
    at
        `HH:MM`.

    Source: the key opening_hours of OpenStreetMap, of which this is a small part.
    """
    text = hours.strip().lower().replace("：", ":")
    text = re.sub(r"\s*[-–—~～至]\s*", "-", text)
    text = _EVERY_DAY.sub("", text)
    if text in _ALWAYS or text in _NEVER:
        return text in _ALWAYS
    now, found = minute_of_day(at), False
    if now is None:
        raise ValueError(f"{at} is no time of day")
    for part in re.split(r"\s*[,;，；、]\s*", text):
        start, _, end = part.partition("-")
        first, last = minute_of_day(start), minute_of_day(end)
        if first is None or last is None or first == last:
            return None
        found |= first <= now < last if first < last else now >= first or now < last
    return found
