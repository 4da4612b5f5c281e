"""Turn streets, walls, gates and terrain into a graph of walkable edges."""
