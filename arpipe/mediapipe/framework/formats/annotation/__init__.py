"""Messages that describe regions."""
