"""Frames in, everything known of them and pictures out.

`perception` sees, `pipeline` sees and draws, `runner` moves frames from a source to sinks, its stages joined by
`handover`.
"""
