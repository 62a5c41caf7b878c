"""`arpipe live`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arpipe.cli.panels import CONFIGURATION, TRACKING, in_panels
from arpipe.cli.settings import (
    CAMERA,
    CONTROLS,
    EFFECT,
    MAX_FACES,
    NETWORKS,
    OCCLUSION,
    RENDERER,
    TRACK,
    Setting,
    Values,
    setting,
    with_settings,
)

if TYPE_CHECKING:
    from arpipe.config import RunConfig


def _hotkeys(pairs: list[str]) -> Values:
    split = [pair.partition("=") for pair in pairs]
    for pair, (keys, equals, action) in zip(pairs, split, strict=True):
        if not (keys.strip() and equals and action.strip()):
            raise typer.BadParameter(
                f"{pair!r}: expected KEYS=ACTION, such as ctrl+alt+r=record", param_hint="--hotkey"
            )
    return {"live.hotkeys": {keys.strip(): action.strip() for keys, _, action in split}}


def _for_phones(wanted: bool) -> Values:
    return {"web.host": "0.0.0.0", "web.certificate": True} if wanted else {}  # noqa: S104 - with TLS and a token


SETTINGS = (
    setting("live.source", str, "--source", "-s", help="Camera number, file, address, -, or sample."),
    EFFECT,
    setting("live.loop", bool, "--loop", help="Repeat the file."),
    setting("live.window", bool, "--window/--no-window", help="Show a window (the default)."),
    setting(
        "live.mirror", bool, "--mirror/--no-mirror", help="Mirror the picture in the window (the default)."
    ),
    setting("live.full_screen", bool, "--full-screen", help="Start in full screen."),
    setting("live.record", Path, "--record", metavar="FILE", help="Record from the start into this video."),
    setting(
        "live.audio",
        bool,
        "--audio/--no-audio",
        help="Record the microphone with a camera's pictures (the default).",
    ),
    setting(
        "live.microphone",
        str,
        "--microphone",
        metavar="NAME",
        help="Record this microphone with any source; default is the system's.",
    ),
    setting(
        "live.virtual_camera",
        bool,
        "--virtual-camera",
        help="Send pictures to a virtual camera for video calls.",
    ),
    setting(
        "live.outputs",
        list[str],
        "--output",
        "-o",
        metavar="FILE",
        help="Another output: a new file, or NAME:TARGET. Repeatable.",
    ),
    setting("live.frames", int, "--frames", metavar="N", help="Stop after N pictures."),
    setting("live.seconds", float, "--seconds", metavar="S", help="Stop after S seconds."),
    CONTROLS,
    setting(
        "live.send",
        list[str],
        "--send",
        metavar="ADDRESS",
        help="Send results to osc://HOST:PORT (VMC protocol), osc://HOST:PORT/PATH or ws://127.0.0.1:PORT. Repeatable.",
    ),
    Setting(
        "live.hotkeys",
        list[str],
        ("--hotkey",),
        "Key that works while another program has the focus, such as ctrl+alt+r=record. Repeatable.",
        metavar="KEYS=ACTION",
        expand=_hotkeys,
    ),
    setting("live.allow_keyboard", bool, "--allow-keyboard", help="Let controls press keys."),
    TRACK,
    MAX_FACES,
    *OCCLUSION,
    *CAMERA,
    *NETWORKS,
    RENDERER,
    setting(
        "web.host",
        str,
        "--host",
        metavar="ADDRESS",
        help="Address of the page; beyond loopback, TLS is required.",
    ),
    setting("web.port", int, "--port", metavar="N", help="Port of the page; 0 picks a free one."),
    setting(
        "web.max_sessions",
        int,
        "--max-sessions",
        metavar="N",
        help="Maximum number of pages served at once.",
    ),
    setting(
        "web.public_url",
        str,
        "--public-url",
        metavar="URL",
        help="Address of the page behind a proxy that terminates TLS, such as https://try.shop.example.",
    ),
    setting(
        "web.embed",
        list[str],
        "--embed",
        metavar="ORIGIN",
        help="Site that may show the page in a frame, such as https://shop.example. Repeatable.",
    ),
    setting(
        "web.brand",
        Path,
        "--brand",
        metavar="FILE",
        help="TOML file with name, logo and colours of the page.",
    ),
    setting(
        "web.texts", Path, "--texts", metavar="FOLDER", help="Folder with texts of the page in TOML files."
    ),
    setting(
        "web.language",
        str,
        "--language",
        metavar="CODE",
        help="Language of the page, such as de; by default that of each browser.",
    ),
    Setting(
        "",
        bool,
        ("--phone",),
        "Let phones in this network open the page: listen on all addresses, with a certificate and a QR code.",
        expand=_for_phones,
    ),
    setting(
        "web.token",
        str,
        "--token",
        metavar="TEXT",
        help="Token of the page's address, 16 characters or more; by default a new one at each start.",
    ),
    setting(
        "web.certificate",
        bool,
        "--certificate",
        help="Create a certificate for this machine's names and addresses.",
    ),
    setting("web.tls_cert", Path, "--tls-cert", metavar="PEM", help="TLS certificate of the page."),
    setting("web.tls_key", Path, "--tls-key", metavar="PEM", help="Private key of the certificate."),
)


_PANELS = {
    "Source and window": ("source", "loop", "window", "mirror", "full_screen", "frames", "seconds"),
    "Effects and tracking": TRACKING,
    "Outputs": ("record", "audio", "microphone", "output", "virtual_camera"),
    "Controls": ("controls", "send", "hotkey", "allow_keyboard"),
    "Web page": (
        *("web", "phone", "host", "port", "token", "certificate", "tls_cert", "tls_key", "public_url"),
        *("max_sessions", "embed", "brand", "texts", "language"),
    ),
    "Machine": ("provider", "threads", "renderer"),
    "Configuration": CONFIGURATION,
}


@in_panels(_PANELS)
@with_settings(*SETTINGS, default="live")
def live(
    load: "Callable[[], RunConfig]",
    source: str | None,
    web: Annotated[
        bool, typer.Option("--web", help="Serve a web page instead; --source is offered beside its camera.")
    ] = False,
) -> None:
    """Try on effects with a webcam, in a window or a web page."""
    if web:
        from arpipe.apps.web import run as serve

        raise typer.Exit(serve(load(), source=source))
    from arpipe.apps.live import show

    raise typer.Exit(show(load()))
