"""Where the server listens."""

from __future__ import annotations

import socket

import pytest

from regulars.base.errors import NotUsable
from regulars_web.serve import free


def test_a_port_that_another_server_would_share_is_refused() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as the server itself listens
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(NotUsable) as refused:
            free("127.0.0.1", port)
        assert refused.value.text.params["port"] == str(port)
    free("127.0.0.1", port)
