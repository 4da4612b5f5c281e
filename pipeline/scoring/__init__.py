"""Sum indicators up into scenarios and a total, with an interval for what is unknown and the share that is known."""
