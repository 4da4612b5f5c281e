"""Check the units that exist and propose better ones, from compounds and street blocks connected on foot."""
