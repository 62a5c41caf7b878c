"""Tracking by the rules of MediaPipe's own graphs, number for number.

arpipe's trackers in the package above have ids, coast through misses and hold crops at rest. These have none of that:
they reproduce MediaPipe 0.10.21 for programs that were tuned to it. The networks are the same.
"""
