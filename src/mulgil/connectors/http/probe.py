"""Whether what a connection of type `http` leads to answers."""

from collections.abc import Callable
from pathlib import Path

from mulgil.connectors.http.source import authorization, base_address
from mulgil.data.errors import SourceError
from mulgil.i18n import Text
from mulgil.model import Connection
from mulgil.ports import Clock

_TIMEOUT_SECONDS = 5.0
_REFUSALS = (401, 403, 407)


def probe(connection: Connection, resolve_path: Callable[[str], Path], clock: Clock) -> Text:
    """Ask for the head of the base address; any answer but a refusal of the credentials will do.

    Raises:
        SourceError: Nobody answers, or the credentials are refused.
    """
    import urllib3

    address = base_address(connection)
    shown = urllib3.util.parse_url(address)._replace(auth=None, query=None).url
    try:
        with urllib3.PoolManager(timeout=_TIMEOUT_SECONDS, retries=False) as pool:
            status = pool.request("HEAD", address, headers=authorization(connection), redirect=False).status
    except urllib3.exceptions.HTTPError as error:
        raise SourceError("doctor.http_failed", address=shown, why=str(error)) from error
    if status in _REFUSALS:
        raise SourceError("doctor.http_refused", address=shown, status=status)
    return Text("doctor.http", {"address": shown, "status": status})
