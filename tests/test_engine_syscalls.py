"""The filter of system calls, read as the kernel reads it, on both kinds of machines."""

import errno
import operator
import struct

import pytest

from grading.run import sandbox, syscalls

pytestmark = pytest.mark.skipif(bool(syscalls.problem()), reason=f"no filter: {syscalls.problem()}")
X86_64, ARM64 = 0xC000003E, 0xC00000B7  # the kernel's numbers of the architectures
ALLOWED = syscalls.ALLOW
NUMBERS = {  # name -> its numbers on x86-64 and ARM64
    "read": (0, 63),
    "openat": (257, 56),
    "mmap": (9, 222),
    "execve": (59, 221),
    "futex": (202, 98),
    "clone": (56, 220),
    "clone3": (435, 435),
    "wait4": (61, 260),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "personality": (135, 92),
    "prctl": (157, 167),
    "mount": (165, 40),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "setns": (308, 268),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "finit_module": (313, 273),
}
THREAD, PROCESS = 0x3D0F00, 0x1200011  # the flags with which glibc makes them
COMPARE = {0x10: operator.eq, 0x20: operator.gt, 0x30: operator.ge, 0x40: operator.and_}


def decide(program, architecture, number, *arguments):
    """Return what the kernel does at a call: it runs a program of classic BPF on the call's description."""
    data = struct.pack("<IIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    value, place = 0, 0
    while True:
        code, if_true, if_false, k = struct.unpack_from("<HBBI", program, 8 * place)
        place += 1
        if code == 0x06:  # return
            return k
        if code == 0x20:  # load a word
            (value,) = struct.unpack_from("<I", data, k)
        elif code == 0x54:  # and
            value &= k
        elif code == 0x05:  # jump
            place += k
        elif code & 0x07 == 0x05:  # jump if
            place += if_true if COMPARE[code & 0xF0](value, k) else if_false
        else:
            raise ValueError(hex(code))


@pytest.fixture(params=[X86_64, ARM64], ids=["x86-64", "ARM64"])
def ask(request):
    """``ask(name, *arguments)``: what the filter of an architecture says."""
    program = syscalls.compiled(request.param)
    column = [X86_64, ARM64].index(request.param)
    return lambda name, *given: decide(program, request.param, NUMBERS[name][column], *given)


def refusal(error):
    return syscalls.REFUSE | error


@pytest.mark.parametrize("name", ["read", "openat", "mmap", "execve", "futex", "wait4", "prctl"])
def test_what_every_program_needs_is_allowed(ask, name):
    assert ask(name) == ALLOWED


@pytest.mark.parametrize(
    "name",
    [
        *("mount", "umount2", "unshare", "setns", "ptrace", "process_vm_readv", "keyctl", "bpf", "perf_event_open"),
        *("userfaultfd", "io_uring_setup", "kexec_load", "init_module", "finit_module"),
    ],
)
def test_what_reaches_for_more_is_refused(ask, name):
    assert ask(name) == refusal(errno.EPERM)


@pytest.mark.parametrize("flag", [1 << bit for bit in (7, 17, 25, 26, 27, 28, 29, 30)])
def test_processes_and_threads_are_allowed_and_namespaces_are_not(ask, flag):
    assert ask("clone", THREAD) == ask("clone", PROCESS) == ALLOWED
    assert ask("clone", PROCESS | flag) == refusal(errno.EPERM)


def test_a_call_whose_flags_cannot_be_seen_does_not_exist(ask):
    assert ask("clone3") == refusal(errno.ENOSYS)


@pytest.mark.parametrize("call", ["socket", "socketpair"])
def test_only_sockets_of_namespaces_are_allowed(ask, call):
    answers = {family: ask(call, family) for family in range(64)}
    assert [family for family, answer in answers.items() if answer == ALLOWED] == list(syscalls.SOCKETS)


def test_a_personality_can_be_asked_for_and_not_changed(ask):
    assert ask("personality", 0xFFFFFFFF) == ALLOWED
    assert ask("personality", 0x40000) == refusal(errno.EPERM)


def test_calls_of_another_architecture_are_not_taken_for_those_of_this_one():
    assert decide(syscalls.compiled(X86_64), 0x40000003, 9) != ALLOWED


def test_a_missing_library_is_told_with_each_grade(monkeypatch):
    monkeypatch.setattr(syscalls, "problem", lambda: "libseccomp is not here")
    monkeypatch.setattr(sandbox, "problem", lambda: "")
    assert sandbox.level().startswith("bubblewrap") and "libseccomp is not here" in sandbox.level()
