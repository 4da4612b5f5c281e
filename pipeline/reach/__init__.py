"""Measure who reaches what on foot, and for whom that cannot be known."""
