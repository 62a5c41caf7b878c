"""QR codes, by segno."""

from arpipe.errors import MissingExtra

try:
    import segno
except ImportError as error:
    raise MissingExtra('QR codes need segno; run: pip install "arpipe[phone]"') from error


def qr_code(text: str) -> segno.QRCode:
    """Return the QR code of a text, which can be read with up to 15 % of it missing."""
    return segno.make_qr(text, error="m")
