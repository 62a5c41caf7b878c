"""A shop whose page has a virtual mirror in a frame: `python demos/21_shop_page.py`, then open the address it prints.

python demos/21_shop_page.py                   # the browser's own camera
python demos/21_shop_page.py --end-after 2     # ends by itself

Shop and mirror are two servers, as they would be in earnest: the mirror names the shop in `web.embed`, and has its
colours from `shop/brand.toml`.
"""

import argparse
import threading
import urllib.request
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from arpipe import RunConfig, WebConfig, WebServer

SHOP = Path(__file__).parent / "shop"


def main() -> None:
    """Serve shop and mirror until Ctrl-C, or for some seconds."""
    options = argparse.ArgumentParser()
    options.add_argument("--shop-port", type=int, default=8080)
    options.add_argument("--port", type=int, default=8000, help="of the mirror")
    options.add_argument("--end-after", type=float, metavar="SECONDS")
    chosen = options.parse_args()

    shop = ThreadingHTTPServer(
        ("127.0.0.1", chosen.shop_port), partial(SimpleHTTPRequestHandler, directory=SHOP)
    )
    origin = f"http://127.0.0.1:{shop.server_port}"
    threading.Thread(target=shop.serve_forever, daemon=True).start()
    mirror = WebServer(RunConfig(web=WebConfig(port=chosen.port, embed=(origin,), brand=SHOP / "brand.toml")))

    def ready(url: str) -> None:
        address = f"{origin}/?mirror={url}"
        print(f"open {address}")
        if chosen.end_after is not None:
            with urllib.request.urlopen(address) as page:  # noqa: S310 - our own server's
                print(f"the shop's page has {len(page.read())} bytes")
            threading.Timer(chosen.end_after, mirror.stop).start()

    mirror.run(ready)
    shop.shutdown()
    print("both servers have ended")


if __name__ == "__main__":
    main()
