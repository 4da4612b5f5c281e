"""Generate the embedded demo district: fictional, and labelled so wherever it is shown."""

from pipeline.demo.write import generate

__all__ = ["generate"]
