"""Which sockets a process and its descendants listen on."""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_LISTEN = "0A"
_UNCONNECTED_UDP = "07"


@dataclass(frozen=True)
class Listener:
    """A socket that waits for others: a listening TCP socket or an unconnected UDP socket."""

    protocol: str
    address: str
    port: int

    @property
    def is_loopback(self) -> bool:
        return ipaddress.ip_address(self.address).is_loopback

    def __str__(self) -> str:
        return f"{self.protocol} {self.address}:{self.port}"


def listeners(pid: int) -> list[Listener]:
    """Return what the process, its descendants and its session listen on.

    Raises
    ------
    RuntimeError
        The system offers neither /proc (Linux) nor lsof (macOS).
    """
    if sys.platform == "linux":
        return _from_proc(_family(pid))
    if shutil.which("lsof"):
        return _from_lsof(pid)
    raise RuntimeError(f"the sockets of {sys.platform} can be listed with lsof only; lsof was not found")


def _from_proc(pids: set[int]) -> list[Listener]:
    inodes = {inode for pid in pids for inode in _socket_inodes(pid)}
    found = set()
    for protocol, state in (("tcp", _LISTEN), ("tcp6", _LISTEN), ("udp", _UNCONNECTED_UDP), ("udp6", _UNCONNECTED_UDP)):
        table = Path(f"/proc/net/{protocol}")
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == state and fields[9] in inodes:
                address, _, port = fields[1].partition(":")
                found.add(Listener(protocol, parse_proc_address(address), int(port, 16)))
    return sorted(found, key=str)


def parse_proc_address(text: str) -> str:
    """Return the address that /proc/net prints in hexadecimal: words of four bytes, each in the machine's order."""
    words = [bytes.fromhex(text[i : i + 8]) for i in range(0, len(text), 8)]
    packed = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    return socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed)


def _socket_inodes(pid: int) -> set[str]:
    inodes: set[str] = set()
    try:
        descriptors = list(Path(f"/proc/{pid}/fd").iterdir())
    except (FileNotFoundError, PermissionError):  # it ended meanwhile
        return inodes
    for descriptor in descriptors:
        try:
            match = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(descriptor))  # noqa: PTH115
        except FileNotFoundError:  # closed meanwhile
            continue
        if match:
            inodes.add(match[1])
    return inodes


def _family(pid: int) -> set[int]:
    """Return the process, its descendants, and every process of its session (a daemon may have left the tree)."""
    parents, sessions = {}, {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # The name, in parentheses, may itself hold spaces and parentheses.
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(entry.name)] = int(fields[1])
        sessions[int(entry.name)] = int(fields[3])
    family = {pid} | {other for other, session in sessions.items() if session == pid}
    while grown := {child for child, parent in parents.items() if parent in family} - family:
        family |= grown
    return family


def _from_lsof(pid: int) -> list[Listener]:
    group = ["lsof", "-nP", "-a", "-g", str(pid), "-F", "Pn"]
    found = set()
    for selector in (["-iTCP", "-sTCP:LISTEN"], ["-iUDP"]):
        result = subprocess.run([*group, *selector], capture_output=True, text=True, check=False)  # noqa: S603
        protocol = ""
        for line in result.stdout.splitlines():
            if line.startswith("P"):
                protocol = line[1:].lower()
            elif line.startswith("n") and "->" not in line:
                found.add(_parse_lsof(protocol, line[1:]))
    return sorted(found, key=str)


def _parse_lsof(protocol: str, name: str) -> Listener:
    host, _, port = name.rpartition(":")
    address = {"*": "0.0.0.0"}.get(host, host.strip("[]"))  # noqa: S104 (a name for what must not be)
    return Listener(protocol, address, int(port) if port.isdigit() else 0)
