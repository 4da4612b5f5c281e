"""Convert geographic coordinates between WGS 84 and the datums of Chinese commercial maps.

GCJ-02 shifts WGS 84 by 300–600 m with a published series of sines; BD-09 turns and stretches GCJ-02 once more. Both
exist for longitude and latitude only. CGCS2000 differs from WGS 84 by centimetres and is taken as WGS 84.

The shift applies inside the box longitude 72.004–137.8347, latitude 0.8293–55.8271, the box of the formula itself; outside it
coordinates are returned unchanged. The box is wider than the territory that the shift is used for: Hong Kong, Macau and
Taiwan lie inside the box, but maps of them are mostly published in WGS 84, so declare GCJ-02 for them only where the
supplier says so.

Source: the series as reproduced in public descriptions of GCJ-02 ("Restrictions on geographic data in China").
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Coordinates = tuple[Array, Array]

BOX = (72.004, 0.8293, 137.8347, 55.8271)
_SEMI_MAJOR_M = 6378245.0  # Krasovsky 1940
_ECCENTRICITY_2 = 0.00669342162296594323
_BD_PI = np.pi * 3000.0 / 180.0
_TOLERANCE_DEG = 1e-9  # 0.1 mm


def in_box(lon: Array, lat: Array) -> NDArray[np.bool_]:
    """Whether the GCJ-02 shift applies (see the module's text)."""
    west, south, east, north = BOX
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _shift(lon: Array, lat: Array) -> Coordinates:
    """GCJ-02 minus WGS 84, in degrees, at a WGS 84 position."""
    x, y = lon - 105.0, lat - 35.0
    pi = np.pi
    short = (20.0 * np.sin(6.0 * pi * x) + 20.0 * np.sin(2.0 * pi * x)) * 2.0 / 3.0
    north = (
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
        + short
        + (20.0 * np.sin(pi * y) + 40.0 * np.sin(pi / 3.0 * y)) * 2.0 / 3.0
        + (160.0 * np.sin(pi / 12.0 * y) + 320.0 * np.sin(pi * y / 30.0)) * 2.0 / 3.0
    )  # fmt: skip
    east = (
        300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
        + short
        + (20.0 * np.sin(pi * x) + 40.0 * np.sin(pi / 3.0 * x)) * 2.0 / 3.0
        + (150.0 * np.sin(pi / 12.0 * x) + 300.0 * np.sin(pi / 30.0 * x)) * 2.0 / 3.0
    )  # fmt: skip
    phi = np.radians(lat)
    w = 1.0 - _ECCENTRICITY_2 * np.sin(phi) ** 2
    meridian_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_2) / (w * np.sqrt(w))
    parallel_m = _SEMI_MAJOR_M / np.sqrt(w) * np.cos(phi)
    applies = in_box(lon, lat)
    return (
        np.where(applies, np.degrees(east / parallel_m), 0.0),
        np.where(applies, np.degrees(north / meridian_m), 0.0),
    )


def wgs84_to_gcj02(lon: Array, lat: Array) -> Coordinates:
    """Shift WGS 84 degrees to GCJ-02."""
    east, north = _shift(lon, lat)
    return lon + east, lat + north


def gcj02_to_wgs84(lon: Array, lat: Array) -> Coordinates:
    """Undo the shift by fixed-point iteration, to well under a millimetre.

    Points of the box's rim, which the shift may carry across it, are treated as outside.
    """
    guess_lon, guess_lat = lon, lat
    for _ in range(30):
        east, north = _shift(guess_lon, guess_lat)
        new_lon, new_lat = lon - east, lat - north
        moved = np.maximum(np.abs(new_lon - guess_lon), np.abs(new_lat - guess_lat))
        guess_lon, guess_lat = new_lon, new_lat
        if not np.any(moved > _TOLERANCE_DEG):
            break
    return guess_lon, guess_lat


def gcj02_to_bd09(lon: Array, lat: Array) -> Coordinates:
    """Turn GCJ-02 degrees into BD-09."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_PI)
    inside = in_box(lon, lat)
    return (
        np.where(inside, radius * np.cos(angle) + 0.0065, lon),
        np.where(inside, radius * np.sin(angle) + 0.006, lat),
    )


def bd09_to_gcj02(lon: Array, lat: Array) -> Coordinates:
    """Turn BD-09 degrees into GCJ-02 by iteration on the forward formula."""
    guess_lon, guess_lat = lon - 0.0065, lat - 0.006
    for _ in range(30):
        there_lon, there_lat = gcj02_to_bd09(guess_lon, guess_lat)
        off_lon, off_lat = lon - there_lon, lat - there_lat
        guess_lon, guess_lat = guess_lon + off_lon, guess_lat + off_lat
        if not np.any(np.maximum(np.abs(off_lon), np.abs(off_lat)) > _TOLERANCE_DEG):
            break
    inside = in_box(lon, lat)
    return np.where(inside, guess_lon, lon), np.where(inside, guess_lat, lat)


def bd09_to_wgs84(lon: Array, lat: Array) -> Coordinates:
    """Turn BD-09 degrees into WGS 84."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


TO_WGS84: dict[str, Callable[[Array, Array], Coordinates]] = {
    "GCJ-02": gcj02_to_wgs84,
    "BD-09": bd09_to_wgs84,
}
