"""Rank the candidate units: need and readiness apart, what kind of pilot, how sure the order is, and why."""
