"""What earlier runs did: an `attempt` is a line of a `manifest`, or of a `stored_manifest` in object stores.

`recorder` writes the lines, and `selection` leaves out the inputs that are done.
"""
