"""The live app in a browser: `arpipe live --web`.

`server` has the routes and `security` who may call them; each socket is a `connection` that speaks `protocol`
with its own `session`; `drawing` is what all sessions do on the one render thread. `static/` is the page.
"""

from arpipe.apps.web.run import run as run
