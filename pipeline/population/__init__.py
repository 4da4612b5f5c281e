"""Put people at addresses."""
