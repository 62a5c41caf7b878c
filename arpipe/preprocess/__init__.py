"""From a frame to what a network eats: one warp, one scaling."""
