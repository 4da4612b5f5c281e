"""Make the pages that people open: one self-contained file each, readable offline."""
