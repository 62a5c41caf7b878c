"""Access checks of every request.

Pages of other sites must not reach this server through a visitor's browser. Therefore `Host` (DNS rebinding) and
`Origin` (cross-site WebSockets) are checked; beyond loopback, a token and TLS are required as well.
"""

import hmac
import ipaddress
import secrets
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arpipe.config import WebConfig
from arpipe.errors import ConfigError

COOKIE = "arpipe_token"
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
WILDCARDS = ("0.0.0.0", "::", "")  # noqa: S104 - listed to require TLS

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
WASM_POLICY = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
"""For a page that runs WebAssembly; it still runs no script but its own."""

HEADERS = (
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(), geolocation=()"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


def security_headers(policy: str, embed: Sequence[str]) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers of every answer.

    Args:
        policy: Content security policy of the page, without who may show it in a frame.
        embed: Origins that may show the page in a frame.
    """
    ancestors = " ".join(embed) if embed else "'none'"
    # X-Frame-Options knows no list of origins; browsers that know frame-ancestors ignore it.
    denied = () if embed else ((b"x-frame-options", b"DENY"),)
    whole = f"{policy}; frame-ancestors {ancestors}"
    return (b"content-security-policy", whole.encode()), *HEADERS, *denied


@dataclass(frozen=True, slots=True)
class Access:
    """Access rules.

    Attributes:
        names: Accepted host names, without port.
        any_address: Also accept any IP address as host, because the server listens on all of them.
        token: Required token; None on loopback, unless the operator has set one.
        secure: Whether TLS is used.
        public_origin: Origin of the page for visitors that come through a proxy; None without one.
        proxies: Addresses of proxies whose X-Forwarded headers are believed.
        embed: Origins that may show the page in a frame.
    """

    names: frozenset[str]
    any_address: bool
    token: str | None
    secure: bool
    public_origin: str | None = None
    proxies: frozenset[str] = frozenset()
    embed: tuple[str, ...] = ()

    @classmethod
    def of(cls, config: WebConfig) -> "Access":
        """Derive the rules from a configuration, and create the token.

        Raises:
            ConfigError: It listens beyond loopback without TLS, or one of the two TLS files is missing.
        """
        _require_both_tls_files(config)
        _require_public_url(config)
        local = is_loopback(config.host) or config.behind_proxy
        if not local and config.tls_cert is None:
            raise ConfigError(
                f"listening on {config.host} gives other machines access, which requires TLS; "
                "add --certificate to make a certificate, or --tls-cert and --tls-key, or use --host 127.0.0.1"
            )
        token = config.token or (None if local else secrets.token_urlsafe(24))
        secure = config.tls_cert is not None
        return cls(
            _own_names(config, local),
            config.host in WILDCARDS and not config.behind_proxy,
            token,
            secure,
            config.public_url,
            frozenset(str(address) for address in config.trusted_proxies),
            config.embed,
        )

    def accepts_host(self, host: str) -> bool:
        """Whether a `Host` header is accepted; its port is ignored."""
        name = _name(host)
        if name in self.names:
            return True
        return self.any_address and _is_address(name)

    def accepts_origin(self, origin: str, host: str, scheme: str | None = None) -> bool:
        """Whether a WebSocket was opened by the page of this server: its origin equals its host, or the public one.

        Args:
            origin: The `Origin` header.
            host: Host that the page was asked for at.
            scheme: Scheme that the page was asked for with, as told by a trusted proxy; None for the server's own.
        """
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if self.public_origin is not None and origin.lower() == self.public_origin.lower():
            return True
        return parts.scheme == (scheme or self.scheme) and parts.netloc.lower() == host.lower()

    @property
    def scheme(self) -> str:
        """Scheme of the server itself."""
        return "https" if self.secure else "http"

    def accepts_token(self, given: Iterable[str]) -> bool:
        """Whether one of the texts is the token, or no token is required."""
        if self.token is None:
            return True
        wanted = self.token.encode()
        return any(hmac.compare_digest(wanted, text.encode(errors="replace")) for text in given)


def is_loopback(host: str) -> bool:
    """Whether an address is reachable from this machine only."""
    if host == "localhost":
        return True
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


class AccessMiddleware:
    """Checks access and adds the security headers.

    Args:
        app: The application.
        access: Access rules.
        policy: Content security policy of the page.
    """

    def __init__(self, app: ASGIApp, access: Access, policy: str = POLICY) -> None:
        self._app, self._access = app, access
        self._headers = security_headers(policy, access.embed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward the request or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        problem = self._problem(scope)
        if scope["type"] == "websocket":
            if problem is not None:
                await send({"type": "websocket.close", "code": 1008, "reason": problem})
                return
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._headers]
            await send(message)

        if problem is not None:
            await PlainTextResponse(problem + "\n", 403)(scope, receive, send_guarded)
        elif self._access.token is not None and "token" in _query(scope):
            await self._redirect_with_cookie(_query(scope))(scope, receive, send_guarded)
        else:
            await self._app(scope, receive, send_guarded)

    def _problem(self, scope: Scope) -> str | None:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        host, origin, scheme = headers.get("host", ""), headers.get("origin"), None
        if (scope.get("client") or ("",))[0] in self._access.proxies:
            host, scheme = headers.get("x-forwarded-host", host), headers.get("x-forwarded-proto")
        if not self._access.accepts_host(host):
            return f"{host[:60]!r} is not a name of this server; add it to web.hosts, or set web.public_url."
        if scope["type"] == "websocket" and (
            origin is None or not self._access.accepts_origin(origin, host, scheme)
        ):
            return "WebSockets are accepted from the page of this server only; behind a proxy, set web.public_url."
        if not self._access.accepts_token((*_query(scope).get("token", ()), *_cookie(headers))):
            return "A token is required: open the complete address that arpipe printed at its start."
        return None

    def _redirect_with_cookie(self, query: dict[str, list[str]]) -> RedirectResponse:
        """Redirect to the page without the token, which would stay in the browser history."""
        rest = urlencode({key: values for key, values in query.items() if key != "token"}, doseq=True)
        response = RedirectResponse(f"/?{rest}" if rest else "/", 303)
        response.set_cookie(COOKIE, self._access.token or "", httponly=True, secure=True, samesite="strict")
        return response


def _query(scope: Scope) -> dict[str, list[str]]:
    return parse_qs(scope.get("query_string", b"").decode("latin-1"), max_num_fields=None)


def _cookie(headers: Mapping[str, str]) -> tuple[str, ...]:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ()
    return () if found is None else (found.value,)


def _name(host: str) -> str:
    """Return the host name of a `Host` header, without port and brackets."""
    text = host.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.rpartition(":")[0] if text.count(":") == 1 else text


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _require_public_url(config: WebConfig) -> None:
    is_https = config.public_url is not None and config.public_url.startswith("https://")
    if config.behind_proxy and not is_https:
        raise ConfigError(
            f"web.behind_proxy needs the https address that visitors see, web.public_url is {config.public_url}; "
            "set it, as in --public-url https://try.shop.example"
        )


def _own_names(config: WebConfig, local: bool) -> frozenset[str]:
    """Return the host names under which pages may ask for this server."""
    names = {config.host.lower(), *(name.lower() for name in config.hosts), *LOOPBACK_NAMES}
    if config.public_url is not None:
        names.add(_name(urlsplit(config.public_url).netloc))
    if not local:
        names |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    return frozenset(names)


def _require_both_tls_files(config: WebConfig) -> None:
    if (config.tls_cert is None) != (config.tls_key is None):
        raise ConfigError("TLS needs two files: --tls-cert and --tls-key")
    for path in (config.tls_cert, config.tls_key):
        if path is not None and not path.is_file():
            raise ConfigError(f"there is no TLS file {path}")
