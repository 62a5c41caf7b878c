"""One file per network: its specification, and what its outputs mean."""
