"""Hold the catalogue: fields, facility classes, indicators, rules — data, and the functions that load and check it."""
