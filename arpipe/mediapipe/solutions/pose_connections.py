"""Lines between the landmarks of a body."""

from arpipe.mediapipe.solutions.connection_table import connections

POSE_CONNECTIONS = frozenset(connections("pose")["POSE"])
