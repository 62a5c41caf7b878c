"""Sound for recordings: the microphone, and how its pieces come to lie in step with the pictures."""
