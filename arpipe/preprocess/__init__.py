"""From a frame to the input of a network: one warp, one scaling."""
