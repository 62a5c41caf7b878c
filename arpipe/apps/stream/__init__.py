"""The live loop that window, headless runs, page and profile share.

`capture` plays a source, `session` joins capture, perception and drawing, `outlets` hand pictures to sinks, `setup`
builds a session from a configuration, `camera_advice` explains why a camera fails.
"""
