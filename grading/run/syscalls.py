"""Which system calls a submission may not make: those that widen what the kernel lets it reach.

What the sandbox shows is decided by namespaces; the filter takes away the calls that could change them, look into
other processes, or reach parts of the kernel that notebooks have no use for. All others stay as they are, so that
what works in Jupyter works here.
"""

import ctypes
import errno
import functools
import os
from collections.abc import Iterator
from typing import Any

REFUSED = {
    "mounts": "mount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr",
    "namespaces": "unshare setns",
    "other processes": "ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp",
    "keys": "add_key keyctl request_key",
    "programs in the kernel": "bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register",
    "the kernel itself": "init_module finit_module delete_module kexec_load kexec_file_load reboot syslog",
    "the machine": "acct adjtimex clock_adjtime clock_settime settimeofday quotactl quotactl_fd sethostname"
    " setdomainname swapoff swapon vhangup ioperm iopl modify_ldt",
    "files by number": "open_by_handle_at name_to_handle_at fanotify_init",
}
NEW_NAMESPACES = (  # flags of clone(2): time, mounts, cgroup, UTS, IPC, user, process ids, network
    *(0x80, 0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000),
)
SOCKETS = (1, 2, 10, 16)  # AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: those that a network namespace holds
AS_IT_IS = 0xFFFFFFFF  # the argument with which personality(2) only tells

ALLOW, REFUSE = 0x7FFF0000, 0x00050000  # libseccomp's actions; an error number is added to REFUSE
NOT_EQUAL, EQUAL, AT_LEAST, MASKED_EQUAL = 1, 4, 5, 7  # its comparisons
OPTIMIZE, BINARY_TREE = 8, 2  # an attribute of a filter, and its value
NO_SUCH_CALL = -1  # libseccomp is older than the call


class _Comparison(ctypes.Structure):
    _fields_ = [("argument", ctypes.c_uint), ("operator", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


@functools.cache
def problem() -> str:
    """Return why there is no filter here; '' when there is one."""
    try:
        compiled()
    except OSError as error:
        return str(error)
    return ""


@functools.cache
def compiled(architecture: int = 0) -> bytes:
    """Return the filter as a program for the kernel; raise OSError where libseccomp is missing.

    architecture: libseccomp's number of it; 0 for that of this machine
    """
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype, library.seccomp_arch_native.restype = ctypes.c_void_p, ctypes.c_uint32
    rules = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(ALLOW)))
    try:
        if architecture not in (0, library.seccomp_arch_native()):
            _checked(library.seccomp_arch_add(rules, ctypes.c_uint32(architecture)))
            _checked(library.seccomp_arch_remove(rules, ctypes.c_uint32(0)))
        library.seccomp_attr_set(rules, OPTIMIZE, BINARY_TREE)  # where it can
        for name, error, *comparisons in _rules():
            call = library.seccomp_syscall_resolve_name(name.encode())
            if call != NO_SUCH_CALL:
                given = (_Comparison * len(comparisons))(*comparisons)
                action = ctypes.c_uint32(REFUSE | error)
                _checked(library.seccomp_rule_add_array(rules, action, call, len(given), given))
        return _exported(library, rules)
    finally:
        library.seccomp_release(rules)


def _rules() -> Iterator[tuple[Any, ...]]:
    """Yield ``(name of a call, error that it gives, comparison of an argument, ...)``."""
    for names in REFUSED.values():
        for name in names.split():
            yield name, errno.EPERM
    for flag in NEW_NAMESPACES:
        yield "clone", errno.EPERM, (0, MASKED_EQUAL, flag, flag)
    yield "clone3", errno.ENOSYS  # its flags lie in memory, where no filter can look; libraries then use clone
    yield "personality", errno.EPERM, (0, NOT_EQUAL, AS_IT_IS, 0)
    for call in ("socket", "socketpair"):
        yield call, errno.EAFNOSUPPORT, (0, AT_LEAST, max(SOCKETS) + 1, 0)
        for family in set(range(max(SOCKETS))) - set(SOCKETS):
            yield call, errno.EAFNOSUPPORT, (0, EQUAL, family, 0)


def _exported(library: ctypes.CDLL, rules: ctypes.c_void_p) -> bytes:
    program = os.memfd_create("filter")
    try:
        _checked(library.seccomp_export_bpf(rules, program))
        return os.pread(program, os.fstat(program).st_size, 0)
    finally:
        os.close(program)


def _checked(result: int) -> None:
    if result < 0:
        raise OSError(-result, os.strerror(-result))
