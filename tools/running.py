"""Run the graded cells of a notebook with some answers replaced, in a process of its own.

This is the quick way to see what a set of answers scores: the parent imports the
libraries once and forks for every run. It does not isolate: use it for answers you
trust. The plain cells (demonstrations) are left out; a test may not depend on them.
"""

import ast
import contextlib
import copy
import functools
import importlib
import io
import json
import linecache
import multiprocessing
import os
import signal
import sys
import traceback
import types
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from tools.notebooks import (
    SOURCE,
    grade_cells,
    graded_names,
    helper_cells,
    load,
    points,
    solution_cells,
)

CELL_SECONDS = 30
PROBE_SECONDS = 5  # of processor time; no right answer needs a tenth of it, so what takes longer never ends
CHANCE = ("random", "empty", "time")  # an answer with such a word may give other numbers in another run
_load = functools.cache(load)
LIBRARIES = ("numpy", "scipy.special", "matplotlib.figure", "sklearn.datasets", "IPython.display")


@dataclass(frozen=True)
class Outcome:
    """What the run of one test cell gave."""

    points: float
    message: str  # empty when the cell passed


def run(assignment, answers, cells=None):
    """Return ``{test id: Outcome}`` of the notebook solved by the reference but for ``answers``.

    answers: ``{solution id: source}``
    cells:   the ids of the tests to run, where not all of them
    """
    _prepare(assignment)
    return in_fork(_run_tests, assignment, answers, cells)


def run_many(jobs, progress=iter):
    """Return the outcomes of many jobs, in order, on all cores.

    jobs: what ``run`` is called with, each a tuple
    progress: wraps the iterator of results, for example ``tqdm``
    """
    with ProcessPoolExecutor(os.cpu_count(), _fork_context()) as pool:
        return list(progress(pool.map(run, *zip(*jobs, strict=True))))


def readers(assignment):
    """Return ``{name of an exercise: ids of the tests that look at its answer}``.

    Such a test fails where there is no answer, or one that returns None. No other test can tell two answers apart.
    """
    ids = graded_names(_load(assignment))
    answers = [(name, source) for name in ids for source in ("", trivial_answers(assignment, name)["none"])]
    failed = {name: set() for name in ids}
    outcomes = run_many([(assignment, {ids[name]: source}) for name, source in answers])
    for (name, _), outcome in zip(answers, outcomes, strict=True):
        failed[name] |= {key for key, result in outcome.items() if result.message}
    return failed


def observe_many(assignment, name, probe, sources):
    """Return the places of what the probe of ``name`` sees, and the pieces of each answer.

    A piece is ``(fingerprints, how much it tells)``; an answer that ran too long has None in place of pieces. The
    first answer is the reference, whose structure decides the places.
    """
    _prepare(assignment)
    return in_fork(_observe, assignment, name, probe, sources)


def recognised(assignment, name, sources, listed=None):
    """Return the hint, or '', that students get for each answer in ``sources`` to the exercise ``name``.

    listed: what hints.json holds of the exercise, where another version than that in source/ is asked for
    """
    _prepare(assignment)
    return in_fork(_recognise, assignment, name, sources, listed)


def try_cells(assignment, answers, sources):
    """Return the error message, or '', of each of ``sources``, run one by one after the answers of ``run``."""
    _prepare(assignment)
    return in_fork(_try, assignment, answers, sources)


def trivial_answers(assignment, name):
    """Return ``{label: source}`` of five answers that must score nothing."""
    notebook = _load(assignment)
    reference = solution_cells(notebook)[graded_names(notebook)[name]].source
    kinds = ("none", "zeros", "constant", "input")
    return {"stub": _stub(reference)} | {k: f"{reference}\n\n\n{name} = _trivial({name}, {k!r})\n" for k in kinds}


def in_fork(action, *arguments):
    """Return ``action(*arguments)``, run in a forked process."""
    receiver, sender = _fork_context().Pipe(duplex=False)
    process = _fork_context().Process(target=_send, args=(sender, action, arguments))
    process.start()
    sender.close()
    try:
        failed, result = receiver.recv()
    except EOFError:
        failed, result = True, f"the process ended with exit code {process.exitcode}"
    process.join()
    if failed:
        raise RuntimeError(result)
    return result


def _send(sender, action, arguments):
    try:
        sender.send((False, action(*arguments)))
    except BaseException:
        sender.send((True, traceback.format_exc()))


def _fork_context():
    return multiprocessing.get_context("fork")


def _prepare(assignment):
    """Do once in the parent what every fork needs."""
    _load(assignment)
    for library in LIBRARIES:
        importlib.import_module(library)


def _run_tests(assignment, answers, cells):
    notebook = _load(assignment)
    worth = points(notebook)
    namespace = _namespace(assignment, notebook, answers)
    outcomes = {}
    for key, cell in grade_cells(notebook).items():
        if cells is not None and key not in cells:
            continue
        error = _execute(cell.source, key, namespace)
        outcomes[key] = Outcome(0 if error else worth[key], error)
    return outcomes


def _observe(assignment, name, probe, sources):
    notebook = _load(assignment)
    namespace = _namespace(assignment, notebook, {})
    reasons = importlib.import_module("reasons")
    places, seen = [], []
    for source in sources:
        times = 2 if any(word in source for word in CHANCE) else 1
        looks = [_look(reasons, dict(namespace), source, probe, name) for _ in range(times)]
        places = places or reasons.layout(looks[0])
        if any(isinstance(value, TimeoutError) for values in looks for value in values):
            seen.append(None)
            continue
        made = (reasons.pieces(values, places) for values in looks)
        seen.append([_steady(reasons, same_place) for same_place in zip(*made, strict=True)])
    return places, seen


def _look(reasons, namespace, source, probe, name):
    exec(probe, namespace)
    try:
        with _hurry():
            _define(reasons, source, namespace)
            return reasons.observe(namespace[f"probe_{name}"], namespace[name])
    except Exception as error:  # the answer cannot even be defined
        return [error]


def _recognise(assignment, name, sources, listed):
    namespace = _namespace(assignment, _load(assignment), {})
    reasons = importlib.import_module("reasons")
    listed = listed or json.loads(reasons.HINTS.read_text(encoding="utf-8"))[name]
    hints = []
    for source in sources:
        own = dict(namespace)
        with _hurry(), contextlib.suppress(Exception):
            _define(reasons, source, own)
        with _hurry():
            hints.append(str(reasons.recognise(name, own[name], listed)))
    return hints


def _define(reasons, source, namespace):
    with reasons.quiet():
        exec(compile(source, "<answer>", "exec"), namespace)


@contextlib.contextmanager
def _hurry():
    """Raise TimeoutError in the body after PROBE_SECONDS of processor time, and then again and again."""
    signal.signal(signal.SIGPROF, _too_long)
    signal.setitimer(signal.ITIMER_PROF, PROBE_SECONDS, PROBE_SECONDS / 20)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _steady(reasons, looks):
    """Return the piece that all looks have seen, or the one that says that they vary."""
    same = frozenset.intersection(*(look.prints for look in looks))
    return (same, looks[0].telling) if same else (frozenset([reasons.VARIES]), 0)


def _try(assignment, answers, sources):
    namespace = _namespace(assignment, _load(assignment), answers)
    return [_execute(source, f"cell {i}", namespace) for i, source in enumerate(sources)]


def _namespace(assignment, notebook, answers):
    """Execute helpers and answers in notebook order; an answer that fails leaves its name undefined."""
    folder = SOURCE / assignment
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    for helper in folder.glob("*.py"):  # a caller may have imported the one of another folder
        sys.modules.pop(helper.stem, None)
    sys.modules["__main__"] = types.ModuleType("__main__")  # where errors.py looks, as in a notebook
    namespace = vars(sys.modules["__main__"])
    namespace["_trivial"] = _trivial
    solutions = solution_cells(notebook)
    helpers = [c.id for c in helper_cells(notebook)]
    for cell in notebook.cells:
        if cell.id in helpers:
            exec(compile(cell.source, cell.id, "exec"), namespace)
        elif cell in solutions.values():
            key = cell.metadata.nbgrader.grade_id
            _execute(answers.get(key, cell.source), key, namespace)
    return namespace


def _execute(source, label, namespace):
    """Run one cell; return the error message, or ''."""
    name = f"<{label}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(CELL_SECONDS)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            exec(compile(source, name, "exec"), namespace)
    except (Exception, SystemExit) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        signal.alarm(0)
    return ""


def _too_long(signum, frame):
    raise TimeoutError("the cell ran too long")


def _stub(reference):
    lines, inside = [], False
    for line in reference.split("\n"):
        if "### BEGIN SOLUTION" in line:
            inside = True
            lines.append(line.split("#")[0] + "raise NotImplementedError()")
        elif "### END SOLUTION" in line:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def _trivial(reference, kind):
    """Return a function or class like ``reference`` that ignores its task; what a method does to its object is lost."""
    if not isinstance(reference, type):
        return lambda *given: _fake(kind, reference, given)
    fakes = {
        key: lambda self, *given, _method=method: _fake(kind, lambda *a: _method(copy.deepcopy(self), *a), given)
        for key, method in vars(reference).items()
        if callable(method) and key != "__init__"
    }
    return type(reference.__name__, (reference,), fakes)


def _fake(kind, reference, given):
    if kind == "none":
        return None
    if kind == "input":
        return given[0] if given else None
    return _filled(reference(*given), 0.0 if kind == "zeros" else 0.5)


def _filled(value, number):
    import numpy as np

    if isinstance(value, dict):
        return {k: _filled(v, number) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_filled(v, number) for v in value)
    if isinstance(value, (np.ndarray, np.generic, float, int)):
        return np.full(np.shape(value), number) if np.ndim(value) else number
    return number  # of an object, such as a network


def definitions(source):
    """Return the names that a piece of source defines at the top."""
    return {n.name for n in ast.parse(source).body if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
