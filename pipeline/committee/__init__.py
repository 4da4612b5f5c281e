"""Take the members' own scores, votes and comments back into the record, and say where they agree."""
