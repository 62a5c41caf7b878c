"""Messages that MediaPipe's programs build and read."""
