"""Write what people take away: workbook, GeoPackage, metrics, provenance, summary, data dictionary."""
