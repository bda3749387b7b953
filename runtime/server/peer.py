"""Who is at the other end of a unix socket: the kernel says so, hence nobody logs in (SO_PEERCRED, unix(7))."""

import os
import pwd
import socket
import struct
from asyncio import BaseTransport

_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid


def uid_of(transport: BaseTransport | None) -> int | None:
    """The user id of the process that connected; None where the system can't say."""
    connection = transport.get_extra_info("socket") if transport is not None else None
    if connection is None or not hasattr(socket, "SO_PEERCRED"):
        return None
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    uid: int = _CREDENTIALS.unpack(raw)[1]
    return uid


def name_of(uid: int | None) -> str:
    if uid is None:
        return ""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def may_speak(uid: int | None) -> bool:
    """Until there are roles: the runtime's own user, and root."""
    return uid in {None, 0, os.geteuid()}
