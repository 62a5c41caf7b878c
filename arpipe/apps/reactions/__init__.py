"""What triggers do to a running app.

`commands` is what keys, buttons and triggers share. `reactions` follows the configured conditions and carries out what
they ask for; `outward` does what leaves the app: lines, sounds, webhooks, OSC messages and keys. `events_file` writes
a timeline of events.
"""
