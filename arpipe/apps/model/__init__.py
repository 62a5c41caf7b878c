"""`arpipe model …`: networks of the user's own."""
