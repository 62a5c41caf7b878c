"""From frames to results and pictures.

`perception` detects, `renderer` draws, `pipeline` is the sum of both. `runner` processes recorded files, its stages
joined by `handover`; `governor` and `quality` hold the frame rate of live sources.
"""
