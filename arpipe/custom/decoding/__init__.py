"""What the outputs of the usual detectors mean, and suppressing what they found twice."""
