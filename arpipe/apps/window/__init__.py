"""The window of `arpipe live`.

`app` presents pictures, and `interaction` does what keys and the `mouse` ask for. `window` owns the GLFW window, and
`screen` draws the picture and the panels into it. `hud` decides which panels are shown: those of `panels` report, and
those of `bars` (carousel and toolbar) and `sliders` can be clicked, where `placement` says so. `try_on` applies the
selection of effects with the user's `adjustments`. `status` picks the status message.
"""
