"""Try-on in the browser: `python demos/11_browser.py`, then open the address that it prints.

python demos/11_browser.py                     # the browser's own camera
python demos/11_browser.py --source sample     # this machine's camera, a file, or the sample
python demos/11_browser.py --end-after 2       # ends by itself
"""

import argparse
import threading
import urllib.request

from arpipe import RunConfig, WebConfig, WebServer


def main() -> None:
    """Serve until Ctrl-C, or for some seconds."""
    options = argparse.ArgumentParser()
    options.add_argument("--source", help="camera, file or sample to offer along with the browser's camera")
    options.add_argument("--port", type=int, default=8000)
    options.add_argument("--end-after", type=float, metavar="SECONDS")
    chosen = options.parse_args()

    config = RunConfig(effects=("aviator",), web=WebConfig(port=chosen.port, max_sessions=2))
    server = WebServer(config, chosen.source)

    def ready(url: str) -> None:
        print(f"open {url}")
        if chosen.end_after is not None:
            threading.Thread(target=visit, args=(url,)).start()
            threading.Timer(chosen.end_after, server.stop).start()

    server.run(ready)
    print("the server has ended")


def visit(url: str) -> None:
    """Request the page, as a browser does first."""
    with urllib.request.urlopen(url) as page:  # noqa: S310 - our own server's
        print(f"the page has {len(page.read())} bytes")


if __name__ == "__main__":
    main()
