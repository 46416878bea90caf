"""Processes that run submissions: local ones, or those of a Dask cluster.

They get Jobs and return Outcomes. They need no gradebook and no shared folder.
"""

import multiprocessing
import os
import threading
from concurrent.futures import FIRST_COMPLETED, CancelledError, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait as wait_for

from grading import execute

PER_WORKER = 2  # submissions under way for each worker: one runs, one waits


class WorkersError(Exception):
    """The workers cannot do any work; the message tells why."""


def run(job):
    """Return the Outcome of ``job``.

    Raises WorkersError where a sandbox is required and missing: a refusal must not become a grade of 0.
    """
    outcome = execute.run(job)
    if job.require_sandbox and outcome.sandbox != "bubblewrap":
        raise WorkersError(f"A sandbox is required on {_host()}, but there is {outcome.sandbox}.")
    return outcome


def compute(jobs, keys):
    """Return the Outcomes of ``jobs``, one after the other; this runs in a worker."""
    if [execute.key(job) for job in jobs] != keys:
        raise WorkersError(f"The worker on {_host()} has other packages, or another version of grading/.")
    return [run(job) for job in jobs]


def prepare():
    """Start what the first job would wait for; this runs in a worker."""
    execute.warm()


def _host():
    return os.uname().nodename


class Workers:
    """An executor that outlives the loss of its processes.

    make:  gives a new concurrent.futures executor
    count: how many submissions run at a time
    lost:  the exception that work ends with when its process is gone
    """

    def __init__(self, make, count, lost):
        self._make, self._lost = make, lost
        self._width = PER_WORKER * count
        self._pool = make()

    def outcomes(self, work):
        """Yield ``(item, Outcomes)`` as they come, for ``(item, jobs, keys)`` in ``work``.

        What cannot be computed gives ``(item, the exception)``. What ran out of time, or lost its
        worker, runs once more at the end, alone. Only as much of ``work`` is taken as can be under
        way: it may be long. Raises WorkersError when no work can be done at all.
        """
        running, again = {}, []
        for item, jobs, keys in work:
            running[self._submit(jobs, keys)] = item, jobs, keys
            if len(running) >= self._width:
                yield from self._finish(running, again)
        while running:
            yield from self._finish(running, again)
        for item, jobs, keys in again:  # one at a time: who is slow or loses a worker now did it
            yield item, _result(self._submit(jobs, keys))

    def close(self):
        """End the processes; what still waits is not begun."""
        self._pool.shutdown(cancel_futures=True)

    def _submit(self, jobs, keys):
        try:
            return self._pool.submit(compute, jobs, keys)
        except self._lost:
            self._pool = self._make()
            return self._pool.submit(compute, jobs, keys)

    def _finish(self, running, again):
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            task, result = running.pop(future), _result(future)
            if isinstance(result, self._lost) or _is_slow(result):
                again.append(task)
            else:
                yield task[0], result


def _is_slow(result):
    return not isinstance(result, Exception) and any(outcome.slow for outcome in result)


def _result(future):
    """Return what ``compute`` returned or raised."""
    try:
        return future.result()
    except WorkersError:
        raise
    except CancelledError as error:
        raise WorkersError("The connection to the workers is lost.") from error
    except Exception as error:
        return error


@contextmanager
def local(count):
    """Give Workers on ``count`` local processes, which begin to warm up at once."""
    # Spawned: a forked process would inherit the open gradebook.
    context = multiprocessing.get_context("spawn")
    workers = Workers(lambda: ProcessPoolExecutor(count, context, _end_with_parent), count, BrokenProcessPool)
    for _ in range(count):
        workers._pool.submit(prepare)
    try:
        yield workers
    finally:
        workers.close()


@contextmanager
def cluster(address):
    """Give Workers on the Dask cluster at ``address``, where a lost worker's work goes to another.

    Raises OSError when there is no scheduler at ``address``.
    """
    from distributed import Client, KilledWorker

    with Client(address) as client:
        threads = sum(client.nthreads().values())
        yield Workers(lambda: client.get_executor(pure=False), max(threads, 1), KilledWorker)


def _end_with_parent():
    """Let a worker end when the run was killed: it would wait for work for ever."""

    def watch():
        wait_for([multiprocessing.parent_process().sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
