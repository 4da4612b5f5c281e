"""Find and justify sites for beautiful-community pilots."""
