"""Rank the candidate units, say how sure the order is and what would be worth finding out, and choose pilots together."""
