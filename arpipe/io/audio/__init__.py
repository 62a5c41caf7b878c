"""Sound for recordings: the microphone, and its synchronisation with the pictures."""
