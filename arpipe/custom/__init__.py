"""Networks that the user brings: their cards, what is inside them, what they answer, and where they looked.

A *card* says what goes into a network and what its outputs mean. `arpipe.custom.library` keeps networks with their
cards, and `arpipe.custom.model.Model` runs one of them.
"""
