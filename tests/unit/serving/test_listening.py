"""The listening socket: one at a time, and who has it."""

from __future__ import annotations

import os
import socket

import pytest

from geoportal.errors import BusyError, UsageError
from geoportal.serving.listening import holder_of, open_listener


def test_a_port_in_use_is_refused_and_its_holder_named():
    with open_listener("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(BusyError) as refused:
            open_listener("127.0.0.1", port)
        assert f"port {port} of 127.0.0.1 is in use" in str(refused.value)
        assert f"process {os.getpid()} " in str(refused.value)
        assert "--port" in str(refused.value)
    assert holder_of(port) is None
    open_listener("127.0.0.1", port).close()  # free again


def test_a_client_that_stops_reading_is_cut_by_the_system():
    with open_listener("127.0.0.1", 0) as listener, socket.socket() as client:
        client.connect(listener.getsockname())
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_wrong_usage(host):
    with pytest.raises(UsageError, match="--host"):
        open_listener(host, 0)
