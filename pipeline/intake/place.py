"""Bring layers to the district's CRS, and catch coordinates that cannot be right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Proj, Transformer
from pyproj.exceptions import CRSError as ProjError

from pipeline.errors import CrsError
from pipeline.intake.datum import TO_WGS84
from pipeline.intake.log import LayerLog

Bounds = tuple[float, float, float, float]
NEAR_DEG = 0.5  # a layer this far from the committees' box cannot be of the same district
SCALE_TOLERANCE = 0.01  # a projection that is off by more than 1 % is not meant for this place


@dataclass(frozen=True)
class Around:
    """Where the district lies: west, south, east, north in WGS 84 degrees."""

    box: Bounds

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude of the middle."""
        west, south, east, north = self.box
        return (west + east) / 2, (south + north) / 2

    def hold(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which places lie in the box or near it."""
        west, south, east, north = self.box
        return (
            (lon >= west - NEAR_DEG)
            & (lon <= east + NEAR_DEG)
            & (lat >= south - NEAR_DEG)
            & (lat <= north + NEAR_DEG)
        )

    def holds(self, lon: float, lat: float) -> bool:
        """Whether a place lies in the box or near it."""
        return bool(self.hold(np.array([lon]), np.array([lat]))[0])


def parse_crs(text: str, where: str) -> CRS:
    """Return the CRS of a text such as `EPSG:32651`.

    Raises
    ------
    CrsError
    """
    try:
        return CRS.from_user_input(text)
    except ProjError:
        raise CrsError(where, f"{text!r} is no CRS", "a code such as EPSG:32651") from None


def utm_zone(lon: float, lat: float) -> str:
    """Name the UTM zone of a place."""
    zone = min(int((lon + 180) // 6) + 1, 60)
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone} (UTM {zone}{'N' if lat >= 0 else 'S'})"


def district_crs(text: str, around: Around) -> CRS:
    """Return the district's CRS: projected, in metres, and true to length where the district lies.

    Raises
    ------
    CrsError
        It is not; the message names the UTM zone that fits.
    """
    where = "district.yaml, crs"
    crs = parse_crs(text, where)
    fitting = f"a projected CRS in metres; {utm_zone(*around.centre)} fits the committees"
    if not crs.is_projected:
        raise CrsError(where, f"{text} ({crs.name}) is geographic: it measures degrees", fitting)
    if abs(crs.axis_info[0].unit_conversion_factor - 1) > 1e-9:
        raise CrsError(where, f"{text} ({crs.name}) measures {crs.axis_info[0].unit_name}", fitting)
    factors = Proj(crs).get_factors(*around.centre)
    scale = max(abs(factors.meridional_scale - 1), abs(factors.parallel_scale - 1))
    if not scale <= SCALE_TOLERANCE:
        raise CrsError(
            where, f"{text} ({crs.name}) is off by {scale:.0%} in length where the committees are", fitting
        )
    return crs


def stated_crs(frame: gpd.GeoDataFrame, log: LayerLog, around: Around | None) -> CRS:
    """Return the CRS of a layer's coordinates, from the file or from `district.yaml`.

    Raises
    ------
    CrsError
        Neither states one (the likely one is named), both state different ones, or coordinates in degrees are no degrees.
    """
    declared = parse_crs(log.layer.crs, log.where) if log.layer.crs else None
    found = CRS.from_user_input(frame.crs) if frame.crs is not None else None
    bounds: Bounds = tuple(frame.total_bounds)
    if found is None and declared is None:
        raise CrsError(
            log.where, f"states no CRS; its coordinates are {_numbers(bounds)}", todo=_advice(bounds, around)
        )
    if found is not None and declared is not None and not found.equals(declared, ignore_axis_order=True):
        raise CrsError(
            log.where,
            f"the file is in {found.to_string()}, district.yaml says {log.layer.crs}",
            todo="take `crs` out of district.yaml, or correct the file",
        )
    crs = declared if found is None else found
    assert crs is not None
    x, y = _middles(frame)
    if crs.is_geographic and len(x) and not (-180 <= np.median(x) <= 180 and -90 <= np.median(y) <= 90):
        if -90 <= np.median(x) <= 90 and -180 <= np.median(y) <= 180:
            raise _swapped(log, x, y, around)
        raise CrsError(
            log.where,
            f"is said to be in degrees ({crs.name}), but its coordinates are {_numbers(bounds)}",
            todo=_advice(bounds, around),
        )
    return crs


def _middles(frame: gpd.GeoDataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y of the middles of the rows' boxes."""
    boxes = frame.geometry.bounds.to_numpy()
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    return boxes[:, ::2].mean(axis=1), boxes[:, 1::2].mean(axis=1)


def _swapped(
    log: LayerLog, lon: NDArray[np.float64], lat: NDArray[np.float64], around: Around | None
) -> CrsError:
    return CrsError(
        log.where,
        f"longitude and latitude are swapped (found {_place(lon, lat)})",
        _expected(around),
        "swap `x` and `y`, or the coordinates in the file",
    )


def _place(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> str:
    return f"longitude {np.median(lon):.4f}, latitude {np.median(lat):.4f}"


def _expected(around: Around | None) -> str:
    if around is None:
        return ""
    return "places near longitude {:.4f}, latitude {:.4f}".format(*around.centre)


def to_wgs84(frame: gpd.GeoDataFrame, log: LayerLog, around: Around | None) -> gpd.GeoDataFrame:
    """Return the layer in WGS 84 degrees, its datum converted, in the place where the district lies.

    Raises
    ------
    CrsError
        See `stated_crs`; or GCJ-02/BD-09 is declared for projected coordinates; or longitude and latitude are swapped; or the
        layer lies elsewhere.
    """
    crs = stated_crs(frame, log, around)
    log.crs = crs.to_string()
    frame = frame.set_crs(crs, allow_override=True)
    if log.layer.datum in TO_WGS84:
        if not crs.is_geographic:
            raise CrsError(
                log.where,
                f"datum {log.layer.datum} with the projected CRS {crs.to_string()}",
                f"longitude and latitude: {log.layer.datum} exists for degrees only",
            )
        convert = TO_WGS84[log.layer.datum]
        shapes = shapely.transform(
            frame.geometry.to_numpy(), lambda xy: np.column_stack(convert(xy[:, 0], xy[:, 1]))
        )
        return _in_place(frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=4326)), log, around)
    return _in_place(frame.to_crs(4326), log, around)


def _in_place(frame: gpd.GeoDataFrame, log: LayerLog, around: Around | None) -> gpd.GeoDataFrame:
    """Return the frame if any of it lies near the district and longitude and latitude are not swapped."""
    lon, lat = _middles(frame)
    if around is None or not len(lon):
        return frame
    near, swapped = around.hold(lon, lat).sum(), around.hold(lat, lon).sum()
    if near and near >= swapped:
        return frame
    if swapped:
        raise _swapped(log, lon, lat, around)
    raise CrsError(
        log.where,
        f"lies near {_place(lon, lat)}",
        _expected(around),
        "check `crs`, `datum`, and whether it is the right file",
    )


def _advice(bounds: Bounds, around: Around | None) -> str:
    likely = list(_likely(bounds, around))
    return (
        f"set `crs` for this layer; {' or '.join(likely[:3])} would fit"
        if likely
        else "set `crs` for this layer; ask the file's maker which it is"
    )


def _likely(bounds: Bounds, around: Around | None) -> Iterator[str]:
    """Yield the CRSs, of those in common use in China and of UTM, that place the bounds near the district."""
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    if -180 <= x <= 180 and -90 <= y <= 90:
        if around is None or around.holds(x, y):
            yield "EPSG:4326 (WGS 84 degrees)"
        elif around.holds(y, x):
            yield "EPSG:4326 with longitude and latitude swapped"
        return
    if around is None:
        return
    lon, lat = around.centre
    three, six = round(lon / 3), int(lon // 6) + 1  # Gauss–Krüger zones
    utm = int((lon + 180) // 6) + 1
    codes = {
        (32600 if lat >= 0 else 32700) + utm: f"UTM {utm}",
        3857: "Web Mercator",
        3826: "TWD97 TM2",
    }
    for base, zones, number, name in (
        (4513, range(25, 46), three, f"3-degree zone {three}"),
        (4534, range(25, 46), three, f"3-degree, {three * 3}°E"),
        (4491, range(13, 24), six, f"6-degree zone {six}"),
        (4502, range(13, 24), six, f"6-degree, {six * 6 - 3}°E"),
    ):
        if number in zones:
            codes[base + number - zones.start] = f"CGCS2000 {name}"
    for code, name in codes.items():
        found = Transformer.from_crs(code, 4326, always_xy=True).transform(x, y)
        if around.holds(*found):
            yield f"EPSG:{code} ({name})"


def _numbers(bounds: Bounds) -> str:
    west, south, east, north = (f"{value:.5g}" if abs(value) < 1000 else f"{value:.0f}" for value in bounds)
    return f"x {west} to {east}, y {south} to {north}"
