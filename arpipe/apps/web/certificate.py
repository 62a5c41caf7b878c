"""A certificate for pages in the local network, where no authority gives one.

Browsers open cameras on https only. A certificate is made once and kept until the names of the machine change or it
expires. It is signed by an authority of its own, whose key is thrown away: a phone that trusts this authority trusts
this certificate and nothing else.
"""

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from arpipe.errors import ConfigError, MissingExtra
from arpipe.folders import config_folder
from arpipe.io.atomic import make_parent, write_bytes

try:
    import idna
    import trustme
    from cryptography import x509
except ImportError as error:
    raise MissingExtra('certificates need trustme; run: pip install "arpipe[phone]"') from error

VALID_DAYS = 397  # iOS and macOS refuse certificates that are valid for longer
LEAST_DAYS = 14  # a certificate that expires sooner is replaced


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files of a certificate.

    Attributes:
        certificate, key: PEM files for a server.
        authority: PEM file that a phone may be made to trust.
    """

    certificate: Path
    key: Path
    authority: Path


def local_certificate(
    names: Sequence[str], folder: Path | None = None, now: dt.datetime | None = None
) -> Certificate:
    """Return a certificate for names and IP addresses of this machine; makes one if there is none that fits.

    Args:
        names: Host names and IP addresses.
        folder: Where it is kept; None for the user's folder.
        now: The time, with a time zone; None for the machine's.

    Raises:
        ConfigError: There is no user folder, or a certificate cannot name a host.
        OutputError: The folder cannot be written.
    """
    if folder is None:
        base = config_folder()
        if base is None:
            raise ConfigError("a certificate needs a home folder; set HOME, or use --tls-cert and --tls-key")
        folder = base / "certificate"
    made = Certificate(folder / "server.pem", folder / "server-key.pem", folder / "authority.pem")
    now = now or dt.datetime.now(dt.UTC)
    if not _fits(made, names, now):
        _make(made, names, now)
    return made


def is_certifiable(name: str) -> bool:
    """Whether a certificate can name a host: not `my_pc`, because host names of the DNS have no underscores."""
    try:
        idna.encode(name, uts46=True)
    except idna.IDNAError:
        return False
    return True


def _make(files: Certificate, names: Sequence[str], now: dt.datetime) -> None:
    authority = trustme.CA(organization_name="arpipe", organization_unit_name="This machine's live page")
    try:
        issued = authority.issue_cert(*names, not_after=now + dt.timedelta(days=VALID_DAYS))
    except idna.IDNAError as error:
        raise ConfigError(
            f"no certificate can be made for {', '.join(names)} ({error}); check web.host and web.hosts"
        ) from error
    make_parent(files.key)
    files.key.parent.chmod(0o700)
    files.certificate.unlink(missing_ok=True)  # it comes last: without it, whatever is there is made again
    write_bytes(files.authority, authority.cert_pem.bytes())
    _write_secret(files.key, issued.private_key_pem.bytes())
    write_bytes(files.certificate, b"".join(part.bytes() for part in issued.cert_chain_pems))


def _write_secret(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _fits(files: Certificate, names: Sequence[str], now: dt.datetime) -> bool:
    """Whether the files are there, name everything, and last for a while."""
    try:
        found = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        if not (files.key.is_file() and files.authority.is_file()):
            return False
    except (OSError, ValueError):
        return False
    entries = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    known = {str(entry.value) for entry in entries}
    lasts = found.not_valid_after_utc - now >= dt.timedelta(days=LEAST_DAYS)
    return lasts and found.not_valid_before_utc <= now and set(names) <= known
