"""Object detection with a network of the user's, in px of the picture, without boxes that were found twice."""
