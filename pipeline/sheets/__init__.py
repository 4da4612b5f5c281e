"""Make what people print: a check-up sheet a candidate (B14), and the report."""
