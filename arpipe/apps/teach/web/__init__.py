"""The page of `arpipe teach --web`."""
