"""What goes into the run of a submission and what comes out of it: plain data that can cross to another machine."""

import functools
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from grading.wire.frames import Frame, Head, Raw

Files = dict[str, bytes]  # {relative path: content}


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Seconds are wall time, the rest is bytes and processes.

    ``memory_bytes`` is for each process; all processes of a submission together may hold half as much again.
    """

    cell_seconds: float = 30
    total_seconds: float = 180
    memory_bytes: int = 2 * 2**30
    processes: int = 256  # and threads: enough for one of each on a large machine
    file_bytes: int = 64 * 2**20
    output_bytes: int = 200_000


@dataclass(frozen=True)
class Job:
    """All that decides the result of a submission: plain data that can cross to another machine.

    name:            the notebook's name without .ipynb
    template:        the instructor's notebook as JSON, with hidden tests and solutions
    submission:      the submitted notebook as it was read; perhaps not JSON at all
    files:           {relative path: content} of what stands beside the notebook
    trusted_files:   {relative path: content} of what the tests may import: the instructor's files
    tests:           "apart": in a trusted process; "beside": in the student's own process
    require_sandbox: refuse to run where bubblewrap is missing
    demonstrations:  also run the instructor's plain cells on which nothing leans
    """

    name: str
    template: bytes
    submission: bytes
    files: Files
    trusted_files: Files
    tests: str = "apart"
    limits: Limits = Limits()
    require_sandbox: bool = False
    demonstrations: bool = False


@dataclass(frozen=True)
class Verdict:
    """Of one test cell. score: partial credit in points, where a test beside the code gives a number."""

    passed: bool
    message: str
    score: float | None = None


@dataclass(frozen=True)
class Outcome:
    """What the run of a submission gave.

    notebook:   the executed notebook as JSON; a failed test cell has an error output, a passed one none
    verdicts:   {grade id: Verdict} of the test cells
    notices:    what was repaired and what went wrong, in plain words for the student
    failed:     why the submission could not run at all; '' when it ran
    slow:       whether something was stopped after it had waited for a processor for long: it may be run again
    sandbox:    "bubblewrap", perhaps with what it lacks, or "none: <reason>"
    seconds:    wall time
    peak_bytes: largest resident memory of the student's process
    """

    notebook: str
    verdicts: dict[str, Verdict]
    notices: list[str]
    failed: str
    slow: bool
    sandbox: str
    seconds: float
    peak_bytes: int


def content_key(job: Job) -> str:
    """Return the content hash of all that decides the outcome of ``job``."""
    digest = hashlib.sha256(_environment())
    for value in asdict(job).values():
        text = json.dumps(value, sort_keys=True, default=lambda data: hashlib.sha256(data).hexdigest())
        digest.update(f"{len(text)}:{text}".encode())
    return digest.hexdigest()


@functools.cache
def _environment() -> bytes:
    """Return the versions of Python, of every installed package and of the engine itself."""
    packages = sorted(f"{d.name}=={d.version}" for d in importlib.metadata.distributions())
    own = [path.read_bytes() for path in sorted(Path(__file__).parent.parent.rglob("*.py"))]
    return b"\0".join([platform.python_version().encode(), "\n".join(packages).encode(), *own])


PLAIN_FIELDS = "name", "tests", "require_sandbox", "demonstrations"  # of a Job


def job_to_frame(job: Job) -> Frame:
    """Return ``(head, buffers)`` of a job."""
    head = {name: getattr(job, name) for name in PLAIN_FIELDS}
    head |= {"limits": asdict(job.limits), "files": list(job.files), "trusted_files": list(job.trusted_files)}
    return head, [job.template, job.submission, *job.files.values(), *job.trusted_files.values()]


def job_from_frame(head: Head, buffers: Sequence[Raw]) -> Job:
    """Return the job that ``job_to_frame`` described."""
    template, submission, *contents = map(bytes, buffers)
    left = iter(contents)
    files = {name: next(left) for name in head["files"]}
    trusted = {name: next(left) for name in head["trusted_files"]}
    plain = {name: head[name] for name in PLAIN_FIELDS}
    limits = Limits(**head["limits"])
    return Job(template=template, submission=submission, files=files, trusted_files=trusted, limits=limits, **plain)


def write_files(files: Files, folder: str | Path) -> None:
    """Write ``{relative path: content}`` into a folder."""
    for name, content in files.items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def outcome_to_frame(outcome: Outcome) -> Frame:
    """Return ``(head, buffers)`` of an outcome: a notebook may be larger than a head."""
    head = asdict(outcome)
    return head, [head.pop("notebook").encode()]


def outcome_from_frame(head: Head, buffers: Sequence[Raw]) -> Outcome:
    """Return the outcome that ``outcome_to_frame`` described."""
    verdicts = {key: Verdict(**v) for key, v in head["verdicts"].items()}
    plain = {field.name: head[field.name] for field in fields(Outcome) if field.name not in ("notebook", "verdicts")}
    return Outcome(notebook=bytes(buffers[0]).decode(), verdicts=verdicts, **plain)
