"""What runs submissions: this machine, or the workers of a Dask cluster.

They get Jobs and return Outcomes. They need no gradebook and no shared folder.
"""

import functools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

from grading.run import execute
from grading.run.job import Job, Outcome, content_key

Item = TypeVar("Item")  # whatever the caller knows a submission by
Work = tuple[Item, Sequence[Job], Sequence[str]]  # with the keys of the jobs
Result = list[Outcome] | Exception
Submit = Callable[[Sequence[Job], Sequence[str]], Future[list[Outcome]]]
PER_WORKER = 3  # submissions under way for each worker: one runs, two wait while results are written


class WorkersError(Exception):
    """The workers cannot do any work; the message tells why."""


def _outcome(job: Job, run: Callable[[Job], Outcome]) -> Outcome:
    """Return the Outcome of ``job`` that ``run`` gives.

    Raises WorkersError where nothing can be run, and where a sandbox is required and missing: a refusal
    must not become a grade of 0.
    """
    try:
        outcome = run(job)
    except execute.CannotStartError as error:
        raise WorkersError(f"{error} ({_host()})") from error
    if job.require_sandbox and outcome.sandbox.startswith("none"):
        raise WorkersError(f"A sandbox is required on {_host()}, but there is {outcome.sandbox}.")
    return outcome


def compute(jobs: Sequence[Job], keys: Sequence[str]) -> list[Outcome]:
    """Return the Outcomes of ``jobs``, one after the other; this runs in a worker of a cluster."""
    if [content_key(job) for job in jobs] != keys:
        raise WorkersError(f"The worker on {_host()} has other packages, or another version of grading/.")
    return [_outcome(job, execute.run) for job in jobs]


def _host() -> str:
    return os.uname().nodename


class Workers:
    """What submissions are given to.

    submit: gives a concurrent.futures.Future of the Outcomes of ``(jobs, keys)``
    count:  how many submissions run at a time
    lost:   the exception that work ends with when the process that did it is gone
    """

    def __init__(self, submit: Submit, count: int, lost: type[Exception] | tuple[type[Exception], ...]) -> None:
        self._submit, self._lost = submit, lost
        self._width = PER_WORKER * count

    def outcomes(self, work: Iterable[Work[Item]]) -> Iterator[tuple[Item, Result]]:
        """Yield ``(item, Outcomes)`` as they come, for ``(item, jobs, keys)`` in ``work``.

        What cannot be computed gives ``(item, the exception)``. What ran out of time, or lost its
        worker, runs once more at the end, alone. Only as much of ``work`` is taken as can be under
        way: it may be long. Raises WorkersError when no work can be done at all.
        """
        running: dict[Future[list[Outcome]], Work[Item]] = {}
        again: list[Work[Item]] = []
        for item, jobs, keys in work:
            running[self._submit(jobs, keys)] = item, jobs, keys
            if len(running) >= self._width:
                yield from self._finish(running, again)
        while running:
            yield from self._finish(running, again)
        for item, jobs, keys in again:  # one at a time: who is slow or loses a worker now did it
            yield item, _result(self._submit(jobs, keys))

    def _finish(
        self, running: dict[Future[list[Outcome]], Work[Item]], again: list[Work[Item]]
    ) -> Iterator[tuple[Item, Result]]:
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            task, result = running.pop(future), _result(future)
            if isinstance(result, self._lost) or _is_slow(result):
                again.append(task)
            else:
                yield task[0], result


def _is_slow(result: Result) -> bool:
    return not isinstance(result, Exception) and any(outcome.slow for outcome in result)


def _result(future: Future[list[Outcome]]) -> Result:
    """Return what ``compute`` returned or raised."""
    try:
        return future.result()
    except WorkersError:
        raise
    except CancelledError as error:
        raise WorkersError("The connection to the workers is lost.") from error
    except Exception as error:
        return error


def inline() -> Workers:
    """Return Workers that run in this process what they get, one after the other."""

    def submit(jobs: Sequence[Job], keys: Sequence[str]) -> Future[list[Outcome]]:
        future: Future[list[Outcome]] = Future()
        try:
            future.set_result([_outcome(job, execute.run) for job in jobs])
        except Exception as error:
            future.set_exception(error)
        return future

    return Workers(submit, 1, ())


@contextmanager
def local(count: int) -> Iterator[Workers]:
    """Give Workers on this machine, which begin to warm up at once."""
    client, pool = execute.DispatcherClient(count), ThreadPoolExecutor(count)
    try:
        yield Workers(
            lambda jobs, keys: pool.submit(lambda: [_outcome(job, client.outcome) for job in jobs]),
            count,
            execute.EngineError,
        )
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        client.close()


@contextmanager
def cluster(address: str) -> Iterator[Workers]:
    """Give Workers on the Dask cluster at ``address``, where a lost worker's work goes to another.

    Raises OSError when there is no scheduler at ``address``.
    """
    from distributed import Client, KilledWorker

    with Client(address) as client:
        threads = sum(client.nthreads().values())
        pool = client.get_executor(pure=False)
        yield Workers(functools.partial(pool.submit, compute), max(threads, 1), KilledWorker)
