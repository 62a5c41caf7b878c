"""The window of `arpipe live`.

`app` presents pictures and acts on `keys`. `window` owns the GLFW window, `screen` draws the picture and the panels
into it, `panels` draws these, and `hud` decides which are shown. `carousel` holds the selection of effects, shown
through `previews`; `try_on` applies it with the user's `adjustments`. `recorder` records, `status` picks the status
message.
"""
