"""Compute the indicators of the eight scenarios from evidence."""
