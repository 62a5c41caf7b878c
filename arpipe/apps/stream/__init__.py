"""The live loop that window, headless runs, profile and page share.

`capture` plays a source, `session` connects it with perception and drawing, `loop` presents the pictures, `outlets`
pass them to sinks, `pacer` holds the frame rate, and `figures` reports on the run. `setup` opens a session from a
configuration; `camera_advice` explains why a camera fails. The page's sessions are driven by messages, so they share
`capture` and `pacer` only.
"""
