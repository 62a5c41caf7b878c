"""Person masks: at the size of the frame, with its edges, steady in time."""
