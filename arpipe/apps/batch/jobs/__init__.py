"""What is to be done with one input, and what comes of it.

A `job` is an input, or a `piece` of one, and its outputs. `events` happen to it, and its `outcome` is counted. `media`
opens its source and its sinks, `identity` recognises its files in a later run, and `size` says how long it may take.
"""
