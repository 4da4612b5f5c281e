"""Open any layer of a `district.yaml`: whatever the format, rows with our columns, in WGS 84 or without geometry."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from pipeline.errors import ValueRowError
from pipeline.intake import osm_layers
from pipeline.intake.columns import SPECS, coordinates, filtered, mapped, refuse_personal
from pipeline.intake.log import LayerLog
from pipeline.intake.osm import OsmFile, is_osm, read_osm
from pipeline.intake.place import Around, to_wgs84
from pipeline.intake.shapes import Kind, checked
from pipeline.intake.sheets import read_sheet
from pipeline.intake.text import read_text_table
from pipeline.intake.vector import read_vector
from pipeline.settings import District, Layer
from pipeline.store import hash_layer

SHEETS = (".xlsx", ".xlsm")
TEXTS = (".csv", ".tsv", ".txt")


class Opener:
    """Opens the layers of one district, each file once, and keeps a log of each layer."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.logs: dict[str, LayerLog] = {}
        self._osm: dict[Path, OsmFile] = {}

    def log(self, label: str, layer: Layer) -> LayerLog:
        """Return the layer's log, begun with the hash of its file.

        Raises
        ------
        MissingInputError
            The file is not there.
        """
        if label not in self.logs:
            self.logs[label] = LayerLog(label, layer, hash_layer(self.district.file(layer)))
        return self.logs[label]

    def osm(self, layer: Layer) -> OsmFile:
        """Return the OpenStreetMap file of a layer, read once."""
        path = self.district.file(layer)
        if path not in self._osm:
            self._osm[path] = read_osm(path, osm_layers.keys())
        return self._osm[path]

    def rows(self, label: str, layer: Layer, kind: str) -> pd.DataFrame:
        """Return a layer's rows with the columns of its kind, typed; with geometry where the file has one.

        The index is the row number (or OpenStreetMap id) as the user knows it.

        Raises
        ------
        PipelineError
            The file, a column or a cell is at fault.
        """
        log, path = self.log(label, layer), self.district.file(layer)
        if is_osm(path) and kind in osm_layers.LAYERS:
            osm = self.osm(layer)
            frame: pd.DataFrame = osm_layers.LAYERS[kind](osm)
            if kind not in ("walls", "gates"):
                log.refuse("broken_geometry", osm.broken)
            self.note_volunteered(log)
        elif path.suffix.lower() in SHEETS:
            frame = read_sheet(path, layer, log.where)
        elif path.suffix.lower() in TEXTS:
            frame = read_text_table(path, layer, log.where)
        else:
            frame = read_vector(path, layer, log.where)
        headings = [str(name) for name in frame.columns if name != "geometry"]
        refuse_personal(headings, log.where)
        frame = filtered(frame, layer, log.where)
        log.read = len(frame)
        if frame.empty and not is_osm(path) and not SPECS[kind].may_be_empty:
            raise ValueRowError(
                log.where, "has no rows" + (" that `where` keeps" if layer.where else ""), "one row or more",
                "check the file, or take the layer out of district.yaml: what is not given is unknown",
            )  # fmt: skip
        result = mapped(frame, layer, SPECS[kind], log.where)
        if isinstance(frame, gpd.GeoDataFrame):
            return gpd.GeoDataFrame(result, geometry=frame.geometry, crs=frame.crs)
        if layer.x or layer.y:
            x, y = coordinates(frame, layer, log.where)
            log.refuse("no_coordinates", frame.index[x.isna() | y.isna()])
            located = x.notna() & y.notna()
            points = gpd.points_from_xy(x[located], y[located], crs=layer.crs or self._text_crs(layer))
            return gpd.GeoDataFrame(result[located], geometry=points)
        return result

    def shapes(
        self,
        label: str,
        layer: Layer,
        kind: str,
        kinds: tuple[Kind, ...],
        around: Around | None,
        strict: bool,
    ) -> gpd.GeoDataFrame:
        """Return a layer's rows with checked geometries in WGS 84; see `rows`, `shapes.checked` and `place.to_wgs84`."""
        frame = self.rows(label, layer, kind)
        log = self.logs[label]
        if not isinstance(frame, gpd.GeoDataFrame):
            coordinates(frame, layer, log.where)  # says which columns are missing
        return to_wgs84(checked(frame, kinds, log, strict), log, around)

    def note_volunteered(self, log: LayerLog) -> None:
        """Warn that a map of the world as it is was drawn by volunteers."""
        if not self.district.fictional:
            log.warn("volunteered")

    @staticmethod
    def _text_crs(layer: Layer) -> str | None:
        """Return the CRS that a datum of geographic coordinates implies."""
        return "EPSG:4326" if layer.datum in ("GCJ-02", "BD-09") else None
