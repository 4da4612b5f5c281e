"""Read the world: vector files, workbooks, text tables, rasters and OpenStreetMap, checked, in one projected CRS."""
