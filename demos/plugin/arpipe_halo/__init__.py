"""A halo above every head, and a source and an output to try it with."""
