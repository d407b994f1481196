"""Asks Linux about single TCP sockets over netlink; see sock_diag(7) and linux/inet_diag.h.

What psutil reads for that, /proc/net/tcp, takes the kernel 8 ms even where it lists three sockets;
this takes hundredths of one, and a starting server is asked about again and again.
"""

import errno
import os
import socket
import struct
import sys
from collections.abc import Iterator
from typing import NamedTuple

NETLINK_SOCK_DIAG = 4
SOCK_DIAG_BY_FAMILY = 20
NLM_F_REQUEST = 0x1
NLM_F_DUMP = 0x300
NLMSG_ERROR = 2
NLMSG_DONE = 3

TCP_LISTEN = 10
ANY = 0xFFFF_FFFF

ANSWER_SECONDS = 1.0
"""The kernel answers at once; nothing that goes wrong there may hang a thread for ever."""

ANSWER_BYTES = 65_536

_HEADER = struct.Struct("=IHHII")
_PORTS = struct.Struct("!HH")
_INODE = struct.Struct("=I")
_STATE_AT = 1  # in struct inet_diag_msg, as the following ones
_PORTS_AT = 4
_INODE_AT = 68

SocketAddress = tuple[object, ...]
"""As `getsockname` gives it: (host, port), for IPv6 with two numbers more."""


class _Found(NamedTuple):
    """A socket; `inode` is 0 while no process has it yet, and when none has it any more."""

    state: int
    inode: int
    port: int


def inode_of_connection(local: SocketAddress, peer: SocketAddress) -> int:
    """Of the end whose own address is `local`; 0 if no process has it, or if there is none.

    The other end must be this process's own.

    Raises:
        OSError: the system does not tell.
    """
    try:
        return _inode(local, peer)
    except FileNotFoundError:
        _inode(peer, local)  # is there for certain: raises if this kernel knows of no socket at all
        return 0


def _inode(local: SocketAddress, peer: SocketAddress) -> int:
    (own_host, own_port, *_), (host, port, *more) = local, peer
    family = socket.AF_INET6 if ":" in str(host) else socket.AF_INET
    ends = (own_port, port, _packed(str(own_host)), _packed(str(host)))
    interface = more[1] if more else 0
    identity = struct.pack("!HH16s16s", *ends) + struct.pack("=III", interface, ANY, ANY)
    found = next(_ask(family, NLM_F_REQUEST, ANY, identity))
    # Where there is no such connection, the socket that listens for it is told.
    return 0 if found.state == TCP_LISTEN else found.inode


def inodes_that_listen(port: int) -> set[int]:
    """Of the sockets that listen on a port of whatever address; raises OSError likewise."""
    return {
        found.inode
        for family in (socket.AF_INET, socket.AF_INET6)
        for found in _ask(family, NLM_F_REQUEST | NLM_F_DUMP, 1 << TCP_LISTEN, bytes(48))
        if found.port == port
    }


def _packed(host: str) -> bytes:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.inet_pton(family, host.partition("%")[0])


def _ask(family: int, flags: int, states: int, identity: bytes) -> Iterator[_Found]:
    """The sockets that match; raises OSError, FileNotFoundError where there is none."""
    if sys.platform != "linux":
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    request = struct.pack("=BBBBI", family, socket.IPPROTO_TCP, 0, 0, states) + identity
    length = _HEADER.size + len(request)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as netlink:
        netlink.settimeout(ANSWER_SECONDS)
        netlink.sendto(_HEADER.pack(length, SOCK_DIAG_BY_FAMILY, flags, 0, 0) + request, (0, 0))
        while True:
            answer = netlink.recv(ANSWER_BYTES)
            at = 0
            while at + _HEADER.size <= len(answer):
                length, kind, *_ = _HEADER.unpack_from(answer, at)
                message = answer[at + _HEADER.size : at + length]
                if kind in (NLMSG_DONE, NLMSG_ERROR):
                    (number,) = struct.unpack_from("=i", message)
                    if number < 0:
                        raise OSError(-number, os.strerror(-number))
                    return
                yield _found(message)
                at += (length + 3) & ~3
            if flags & NLM_F_DUMP != NLM_F_DUMP:
                return


def _found(message: bytes) -> _Found:
    port, _ = _PORTS.unpack_from(message, _PORTS_AT)
    (inode,) = _INODE.unpack_from(message, _INODE_AT)
    return _Found(message[_STATE_AT], inode, port)
