"""The live app in a browser: `arpipe live --web`.

`server` listens, `security` checks requests, and `site` has the routes; each `connection` speaks the `protocol` and has
its own `session`, which draws through the shared `drawing`. `catalog` lists the effects with their controls, and
`previews` shows them; `server_camera` is the camera of the server. The HTML is in `html/`, and `pages` renders it with
the `texts` of `locales/` and the `brand`; what it loads is in `static/`.
"""

from arpipe.apps.web.run import run as run
