from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from laptop.sockets import Listener, _parse_lsof, listeners, parse_proc_address


@pytest.mark.parametrize(
    ("kind", "address", "expected"),
    [
        (socket.SOCK_STREAM, "127.0.0.1", True),
        (socket.SOCK_STREAM, "0.0.0.0", False),
        (socket.SOCK_DGRAM, "0.0.0.0", False),
    ],
)
def test_a_listening_socket_is_found_and_judged_by_its_address(kind: int, address: str, expected: bool) -> None:
    with socket.socket(socket.AF_INET, kind) as server:
        server.bind((address, 0))
        if kind == socket.SOCK_STREAM:
            server.listen()
        port = server.getsockname()[1]
        (found,) = [listener for listener in listeners(os.getpid()) if listener.port == port]
    assert (found.address, found.is_loopback) == (address, expected)


def test_sockets_of_descendants_count() -> None:
    script = "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); input()"
    child = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    port = int(child.stdout.readline())
    try:
        assert port in [listener.port for listener in listeners(os.getpid())]
    finally:
        child.communicate("\n")


def test_a_connected_socket_is_no_listener() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as connected:
        assert connected.getsockname()[1] not in [listener.port for listener in listeners(os.getpid())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0100007F", "127.0.0.1"),
        ("00000000", "0.0.0.0"),
        ("00000000000000000000000001000000", "::1"),
        ("0000000000000000FFFF00000100007F", "::ffff:127.0.0.1"),
    ],
)
def test_addresses_of_proc_are_decoded(text: str, expected: str) -> None:
    if sys.byteorder == "big":
        text = "".join(bytes.fromhex(text[i : i + 8])[::-1].hex() for i in range(0, len(text), 8))
    assert parse_proc_address(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("127.0.0.1:4566", Listener("tcp", "127.0.0.1", 4566)),
        ("*:8883", Listener("tcp", "0.0.0.0", 8883)),
        ("[::1]:80", Listener("tcp", "::1", 80)),
    ],
)
def test_names_of_lsof_are_decoded(name: str, expected: Listener) -> None:
    assert _parse_lsof("tcp", name) == expected
