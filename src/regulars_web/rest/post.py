"""Sending one message over the network, to an address the business registered and to no other.

The name is looked up once and the connection made to what was found, so that a name cannot point elsewhere between
the check and the call. Addresses within one's own network are refused unless the server's settings allow the name.
No redirect is followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

from django.conf import settings

TIMEOUT = 5.0


class NotSent(Exception):
    """The message did not arrive; ``code`` names why (``rest.sent.<code>``)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def checked(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path of an address messages may go to. Raises NotSent otherwise."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotSent("address") from error
    host = (parts.hostname or "").lower()
    allowed = host in settings.API_PRIVATE_HOSTS
    if parts.scheme != "https" and not (parts.scheme == "http" and allowed):
        raise NotSent("https")
    if not host or parts.username or parts.password or any(sign.isspace() or ord(sign) < 33 for sign in url):
        raise NotSent("address")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path


def place(host: str, port: int) -> str:
    """The network address of a host. Raises NotSent where there is none, or one of one's own network."""
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise NotSent("no_host") from error
    if host not in settings.API_PRIVATE_HOSTS and not all(public(address) for address in found):
        raise NotSent("private")
    return found[0]


def public(address: str) -> bool:
    """Whether an address is one of the open network."""
    ip = ipaddress.ip_address(address.split("%")[0])
    inner = getattr(ip, "ipv4_mapped", None)
    return bool((inner or ip).is_global) and not ip.is_multicast


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Send; the status the other side answered with. Raises NotSent where it did not answer."""
    scheme, host, port, path = checked(url)
    connection = _Pinned(host, port, place(host, port), secure=scheme == "https")
    try:
        connection.request("POST", path, body=body, headers=headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        raise NotSent("timeout" if isinstance(error, TimeoutError) else "broken_off") from error
    finally:
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to an address already looked up; the certificate is still held against the name."""

    def __init__(self, host: str, port: int, address: str, *, secure: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self._address, self._secure = address, secure
        if secure:
            self.default_port = 443

    def connect(self) -> None:
        """To the address, not to the name."""
        self.sock = socket.create_connection((self._address, self.port), TIMEOUT)
        if self._secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
