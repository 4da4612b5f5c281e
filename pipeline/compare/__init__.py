"""Split what changed between two runs into what was changed in what they were made from."""
