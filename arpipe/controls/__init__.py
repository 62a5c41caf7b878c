"""Face, hands and body as controls: conditions, triggers and what goes outwards.

`grammar` parses a condition such as `expression.jawOpen > 0.5 and face.yaw_deg < 10` into `nodes`, with the names of
`catalog`; `possible` refuses what can never hold. `trigger` turns the level of a condition into its beginning and end,
and `watch` follows conditions over a stream of results. `drive` turns a signal into the value of a parameter. `senders`
pass results and events on as OSC, by the VMC protocol or as JSON. What an event does to a running app is in
`arpipe.apps.reactions`.
"""
