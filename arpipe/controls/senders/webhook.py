"""Posts events as JSON to a program on this machine."""

import http.client
import json

from arpipe.controls.senders.address import parse_address
from arpipe.controls.watch import ControlEvent
from arpipe.errors import OutputError

TIMEOUT_S = 2.0


def post_event(url: str, event: ControlEvent) -> None:
    """Post an event and wait for the answer; redirections are not followed, so that nothing leaves the machine.

    Args:
        url: A `WebhookUrl`.
        event: The event.

    Raises:
        OutputError: Nothing listens there, it does not answer in time, or it answers with an error.
    """
    address = parse_address(url, ("http",))
    connection = http.client.HTTPConnection(address.host, address.port, timeout=TIMEOUT_S)
    try:
        body = json.dumps(event.to_dict()).encode()
        connection.request("POST", address.path or "/", body, {"Content-Type": "application/json"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise OutputError(f"{url}: {reason}; is the program that receives webhooks running?") from error
    finally:
        connection.close()
    if status >= http.client.MULTIPLE_CHOICES:
        raise OutputError(f"{url}: answered with HTTP status {status}; check the path")
