"""Protocol buffer messages with the names and fields of MediaPipe's, built from descriptors of our own."""
