"""Locks the present process in before it touches anything that a stranger made. No way back.

Limits on memory, processor time, files and file size; no new privileges; by Landlock only some
folders can be read and one written; by seccomp no network, no signals to others, no tracing.
What the kernel lacks is left out and told (`lacking`; `fedi doctor` shows it). Used by worker.py.
"""

import ctypes
import os
import platform
import resource
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_NO_NEW_PRIVILEGES: Final = 38
_SET_SECCOMP: Final = 22
_DUMPABLE: Final = 4
_FILTER: Final = 2

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_ALL_OF_FIRST: Final = (1 << 13) - 1
_MAKE_SPECIAL: Final = 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12
"""Devices, sockets, pipes, symbolic links: nothing that is made ready is one."""
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_OF_FILES: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE

# socket, connect, bind, ptrace, process_vm_readv, process_vm_writev, kill, tkill, tgkill,
# io_uring_setup, pidfd_send_signal, bpf, userfaultfd, keyctl, add_key, request_key, mount,
# unshare, setns, perf_event_open; from the kernel's tables of system calls.
_REFUSED_CALLS: Final = {
    "x86_64": (0xC000003E, (41, 42, 49, 101, 310, 311, 62, 200, 234, 425, 424, 321, 323, 250, 248,
                            249, 165, 272, 308, 298)),
    "aarch64": (0xC00000B7, (198, 203, 200, 117, 270, 271, 129, 130, 131, 425, 424, 280, 282, 219,
                             217, 218, 40, 97, 268, 241)),
}  # fmt: skip
_X32: Final = 0x40000000
_ALLOW, _EPERM = 0x7FFF0000, 0x00050001
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a process may use: bytes of memory and of one file, seconds of processor."""

    memory: int
    processor: int
    file: int


def confine(bounds: Bounds, readable: Iterable[Path], writable: Path) -> tuple[str, ...]:
    """Lock this process in; what could not be had: "landlock", "seccomp"."""
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, bounds.memory),
        (resource.RLIMIT_CPU, bounds.processor),
        (resource.RLIMIT_FSIZE, bounds.file),
        (resource.RLIMIT_NOFILE, 128),
    ):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))
    with suppress(OSError):
        os.nice(10)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return ("landlock", "seccomp")
    libc.prctl(_DUMPABLE, 0, 0, 0, 0)
    missing = []
    if not _landlock(libc, readable, writable):
        missing.append("landlock")
    if not _seccomp(libc):
        missing.append("seccomp")
    return tuple(missing)


def lacking() -> tuple[str, ...]:
    """Return which walls this machine could not build, without building any."""
    libc = ctypes.CDLL(None, use_errno=True)
    found = []
    if libc.syscall(_CREATE_RULESET, None, 0, 1) < 1:
        found.append("landlock")
    if platform.machine() not in _REFUSED_CALLS:
        found.append("seccomp")
    return tuple(found)


def _landlock(libc: ctypes.CDLL, readable: Iterable[Path], writable: Path) -> bool:
    """Hide all files but these (Documentation/userspace-api/landlock.rst); False if it can't."""
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    handled = _ALL_OF_FIRST
    handled |= _REFER if version >= 2 else 0
    handled |= _TRUNCATE if version >= 3 else 0
    attributes = struct.pack("=Q", handled)
    ruleset = libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return False
    try:
        looking = _EXECUTE | _READ_FILE | _READ_DIR
        wanted = [
            *((path, looking) for path in readable),
            (writable, handled & ~_EXECUTE & ~_MAKE_SPECIAL),
        ]
        wanted.append((Path("/dev/null"), _READ_FILE | _WRITE_FILE))
        for path, access in wanted:
            _grant(libc, ruleset, path, access & handled)
        return bool(libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _grant(libc: ctypes.CDLL, ruleset: int, path: Path, access: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not on this machine
    try:
        if not path.is_dir():
            access &= _OF_FILES
        rule = struct.pack("=Qi", access, place)
        if libc.syscall(_ADD_RULE, ruleset, 1, rule, 0) != 0:
            raise OSError(ctypes.get_errno(), "a folder could not be granted", str(path))
    finally:
        os.close(place)


class _Program(ctypes.Structure):
    """The kernel's struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def _seccomp(libc: ctypes.CDLL) -> bool:
    """Refuse some system calls with EPERM; False on a machine whose calls we don't know."""
    known = _REFUSED_CALLS.get(platform.machine())
    if known is None:
        return False
    code = program(*known)
    wanted = _Program(len(code) // 8, code)
    return bool(libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(wanted), 0, 0) == 0)


def program(architecture: int, refused: tuple[int, ...]) -> bytes:
    """Return the filter as classic BPF: another architecture's calls are refused, then these."""
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _EPERM)]
    steps += [(_LOAD, 0, 0, 0), (_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _EPERM)]
    for number in refused:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _EPERM)]
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
