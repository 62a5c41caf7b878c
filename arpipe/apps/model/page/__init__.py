"""The page of a network: pictures in, classes and heat maps out, on this machine or in the visitor's browser."""
