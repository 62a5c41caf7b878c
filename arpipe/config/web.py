"""Settings of the page of `arpipe live --web`."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, IPvAnyAddress


def _as_origin(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError(f"{value!r} is not an origin such as https://shop.example")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"{value!r} has a path; give the origin only: {parts.scheme}://{parts.netloc}")
    default = {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if parts.port in (None, default) else f":{parts.port}")


Origin = Annotated[str, AfterValidator(_as_origin)]
"""Scheme, host and port of a site, as browsers write them: `https://shop.example`."""


class WebConfig(BaseModel):
    """The page of `arpipe live --web`.

    Attributes:
        host: Address to listen on. Beyond loopback, TLS and a token are required.
        port: Port to listen on; 0 picks a free one.
        hosts: Further host names of this server.
        public_url: Address under which visitors reach the page through a proxy that ends TLS, such as
            "https://try.shop.example"; a host, without a path.
        behind_proxy: Listen beyond loopback without TLS and without a token, because only a proxy that ends TLS can
            reach the address, as between containers; requires `public_url`.
        trusted_proxies: IP addresses of proxies whose X-Forwarded-Host and X-Forwarded-Proto are believed.
        embed: Origins of sites that may show the page in a frame, such as "https://shop.example".
        brand: TOML file with name, logo and colours of the page; None for arpipe's own.
        texts: Folder with texts of the page in TOML files such as `fr.toml`, beside the bundled languages.
        language: Language of the page, such as "de"; "auto" for that of each visitor's browser.
        tls_cert, tls_key: PEM files.
        certificate: Make a certificate for this machine's names and addresses; needs the extra `phone`.
        token: Token that the first request needs; by default a new one at each start, and none on loopback.
        max_sessions: Maximum number of pages served at once.
        max_width, max_height: Largest picture that a page may send, px, in either orientation.
        max_message_kb: Largest message, KiB.
        max_fps: Maximum number of pictures per second from a page.
        idle_s: Idle time after which a session ends, s.
        max_connections: Maximum number of connections; when there are more, the one that has waited longest for a
            request is closed, and the oldest TLS handshake is given up. Sessions never give way.
        handshake_s: Time for a TLS handshake, s.
        request_s: Time for a request, or for the first message of a session, to be complete, s.
        answer_s: Time for a client to take an answer, s.
        crf: H.264 quality of the pictures sent back: 0 best, 51 worst.
        jpeg_quality: JPEG quality for pages without WebCodecs, 0 to 100.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8000, ge=0, le=65535)
    hosts: tuple[str, ...] = ()
    public_url: Origin | None = None
    behind_proxy: bool = False
    trusted_proxies: tuple[IPvAnyAddress, ...] = ()
    embed: tuple[Origin, ...] = ()
    brand: Path | None = None
    texts: Path | None = None
    language: str = Field(default="auto", pattern=r"^(auto|[a-z]{2,3}(-[a-z0-9]{2,8})*)$")
    tls_cert: Path | None = None
    tls_key: Path | None = None
    certificate: bool = False
    token: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{16,128}$")
    max_sessions: int = Field(default=4, ge=1, le=64)
    max_width: int = Field(default=1920, ge=64, le=7680)
    max_height: int = Field(default=1080, ge=64, le=4320)
    max_message_kb: int = Field(default=4096, ge=64, le=65536)
    max_fps: float = Field(default=60.0, ge=1, le=240)
    idle_s: float = Field(default=120.0, gt=0)
    max_connections: int = Field(default=200, ge=8, le=10_000)
    handshake_s: float = Field(default=5.0, gt=0, le=60)
    request_s: float = Field(default=10.0, gt=0, le=600)
    answer_s: float = Field(default=15.0, gt=0, le=600)
    crf: int = Field(default=23, ge=0, le=51)
    jpeg_quality: int = Field(default=85, ge=1, le=100)
