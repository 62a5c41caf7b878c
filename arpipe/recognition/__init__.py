"""Classes of one's own, such as a wave or a hand beside the mouth, learned from a few samples.

What is seen of a person becomes a vector per frame (`features`), windows of them a sample (`samples`), and a linear
classifier tells the classes apart (`classifier`). `Recognizer` ties them together.
"""
