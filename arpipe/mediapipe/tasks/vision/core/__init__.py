"""Running modes and processing options."""
