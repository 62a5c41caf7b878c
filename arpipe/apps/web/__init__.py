"""The live app in a browser: `arpipe live --web`.

`server` has the routes and `security` checks requests; each `connection` speaks the `protocol` and has its own
`session`, which draws through the shared `drawing`. `catalog` lists the effects with their `controls`, and `previews`
shows them; `server_camera` is the camera of the server. The page is in `static/`.
"""

from arpipe.apps.web.run import run as run
