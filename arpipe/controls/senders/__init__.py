"""Results and events for other programs: OSC, the VMC protocol, JSON over WebSocket and webhooks.

Nothing is sent anywhere unless an address is given; see docs/privacy.md.
"""
