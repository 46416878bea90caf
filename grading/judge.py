"""The trusted side: it lets the student's cells run in the sandbox, and runs the test cells here.

In a test cell, the names that the student was asked to define stand for objects in the sandbox: a
call crosses over as data, and so does its result. Hidden tests never leave this process, and a
test is passed only when its cell has run to its end here.
"""

import ast
import contextlib
import functools
import inspect
import json
import linecache
import re
import signal
import sys
import time
import warnings
from pathlib import Path

import nbformat
from nbgrader.utils import determine_grade, is_grade, is_locked, is_solution

from grading import sandbox, shell
from grading.execute import Outcome, Verdict
from grading.rebuild import is_test, rebuild, safe_files
from grading.wire import Closed, Malformed, Peer, Refused, make_error

HURRY = 0.1  # of the usual time, for what needs an answer that did not come to an end before
OUTPUT_CELLS = 100  # times ``output_bytes`` is the most that a whole notebook may show
DEATHS = {
    signal.SIGSEGV: "it crashed (segmentation fault)",
    signal.SIGKILL: "it was killed, perhaps because it used too much memory",
    signal.SIGXCPU: "it used too much processor time",
    signal.SIGABRT: "it crashed (abort)",
    signal.SIGXFSZ: "it wrote a file that is too large",
}


class OutOfTime(BaseException):
    """The clock has run out. No ``except Exception`` of a test may catch it."""


class Broken(BaseException):
    """The conversation with the student's process has ended. No ``except Exception`` may catch it."""


class Lost(Exception):
    """The student's process was ended, or ended itself, in the middle of something. The text says why."""

    def __init__(self, reason, slow=False):
        super().__init__(reason)
        self.slow = slow  # it had used up its time


class Hopeless(Exception):
    """The student's process cannot even be started. Its argument is the last Lost."""


class Proxy:
    """Stands for an object in the sandbox. Attributes are asked for there, by the names that tests use.

    _methods: names that were methods; they are called without asking for them first.
    """

    def __init__(self, judge):
        object.__setattr__(self, "_judge", judge)

    def __getattr__(self, name):
        if name.startswith("__"):  # Python and numpy look for these by themselves
            raise AttributeError(name)
        if name not in self._methods:
            found = self._judge.ask("get", self, name)
            if type(found).__name__ != "function":
                return found
            self._methods.add(name)
        return functools.partial(_call_method, self, name)

    def __setattr__(self, name, value):
        self._judge.ask("set", self, name, value)


class Judge(Peer):
    """Asks the student's process, and answers what it asks about the objects that a test passed."""

    introduces = True

    def __init__(self, connection, album):
        super().__init__(connection)
        self._album = album
        self._kinds = {}
        self.broken = None  # why this conversation has ended

    def ask(self, action, *operands):
        """Return the answer. A process that is gone, or breaks the rules, ends the cell."""
        try:
            return super().ask(action, *operands)
        except (Closed, Malformed) as error:
            self.broken = error
            raise Broken from None

    def serve(self, action, *operands):
        """Find or add a picture, or use an object that the student's side knows; nothing else."""
        match action, operands:
            case "find", [str(name)]:
                return self._album.find(name)
            case "add", [str(name), bytes(picture)]:
                return self._album.add(name, picture)
            case _, [number, *rest] if type(number) is int and number in self._owned:
                return self._use(action, self._owned[number], *rest)
        raise Malformed("a question about an unknown object")

    def _use(self, action, target, *operands):
        """Call, get or set what ``describe`` has listed of an object."""
        public = _attributes(target) if _is_instance(target) else ()
        match action, operands:
            case "call", [tuple(given), tuple(named)]:
                if callable(target):
                    return target(*given, **dict(named))
            case "method", [str(name), tuple(given), tuple(named)] if _is_instance(target) and name in _methods(target):
                return getattr(target, name)(*given, **dict(named))
            case "get", [str(name)] if name in public:
                return getattr(target, name)
            case "set", [str(name), value] if name in public:
                return setattr(target, name, value)
        raise AttributeError("no such attribute")

    def describe(self, value):
        """Tell the student's side of a function, a class or an instance that a test passes."""
        if isinstance(value, type) and _is_stand_in(value):
            return ["class", value.__name__]
        if _is_instance(value):
            kind = type(value)
            return ["object", kind.__name__, self._number(kind), sorted(_methods(value)), sorted(_attributes(value))]
        if callable(value):
            return ["function", getattr(value, "__name__", "function")]
        raise Refused(f"a test cannot pass a {type(value).__name__}")

    def adopt(self, number, kind, name, is_callable, is_iterable):
        """Make what stands for an object of the student, with the name of its class."""
        if not (isinstance(name, str) and name.isidentifier() and len(name) < 100):
            name = "object"
        key = kind, bool(is_callable), bool(is_iterable), name if kind == "object" else ""
        if key not in self._kinds:
            body = {"__module__": "__main__", "_methods": set()}
            if is_callable:
                body["__call__"] = _call
            if is_iterable and kind == "object":
                body["__iter__"] = _iterate
            self._kinds[key] = type(name if kind == "object" else str(kind), (Proxy,), body)
        made = self._kinds[key](self)
        if kind != "object":
            object.__setattr__(made, "__name__", name)
        return made

    def noted(self, notes):
        """Print what student code printed, and warn as it warned."""
        if notes:
            printed, warned = notes
            print(str(printed), end="")
            for name, message in warned[:20]:
                warnings.warn(make_error([str(name), "UserWarning"], str(message)), stacklevel=2)

    def failure(self, names, message, function="", line=""):
        """Return the student's error; its traceback has one line, where it came up in the notebook."""
        error = make_error([str(n) for n in names], str(message))
        return _with_place(error, str(function), str(line))


def _call(self, *given, **named):
    return self._judge.ask("call", self, given, tuple(named.items()))


def _call_method(self, name, *given, **named):
    return self._judge.ask("method", self, name, given, tuple(named.items()))


def _iterate(self):
    return iter(self._judge.ask("iterate", self))


def _is_stand_in(kind):
    """Say whether a class is defined in the notebook or in one of its helper files."""
    path = getattr(sys.modules.get(kind.__module__), "__file__", None)
    return kind is object or kind.__module__ == "__main__" or (path is not None and Path(path).parent == Path.cwd())


def _is_instance(target):
    return _is_stand_in(type(target)) and not callable(target)


def _methods(target):
    kind = type(target)
    return {n for n in dir(kind) if not n.startswith("_") and inspect.isfunction(getattr(kind, n))}


def _attributes(target):
    return {n for n in [*vars(type(target)), *getattr(target, "__dict__", ())] if not n.startswith("_")} - _methods(
        target
    )


def _with_place(error, function, line):
    """Return the error with a traceback that leads to ``line`` in ``function`` of the notebook."""
    if not (re.fullmatch(r"<?\w+>?", function) and line):
        return error
    name = f"<line {len(linecache.cache)}>"
    linecache.cache[name] = (len(line), None, [line], name)
    code = compile("raise error", name, "exec").replace(co_name=function)
    try:
        exec(code, {"__name__": "__main__", "error": error})
    except BaseException as raised:
        return raised


@contextlib.contextmanager
def clock(seconds):
    """Raise OutOfTime in the body after so many seconds; yield a list that then is not empty."""
    expired = []

    def ring(signum, frame):
        expired.append(True)
        raise OutOfTime

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)  # again each second, where something swallowed it
    try:
        yield expired
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


class Process:
    """The student's process: started when it is needed, and brought back to the same cell when it is lost."""

    def __init__(self, line, limits, files, album):
        self.line, self.limits, self.files, self.album = line, limits, files, album
        self.peer = None
        self.peak_bytes = 0
        self.past = []  # the source of each cell that it has run

    def attempt(self, seconds, action):
        """Return ``action(peer)``, or raise Lost."""
        try:
            with clock(seconds):
                return action(self.peer)
        except OutOfTime:
            self.stop()
            raise Lost(f"it took longer than {seconds:g} s", slow=True) from None
        except Broken:
            raise Lost(self.why_broken()) from None
        except Exception as error:  # what the engine asks itself has no error, unless it was tampered with
            self.stop()
            raise Lost(f"its answer cannot be read ({type(error).__name__})") from None

    def why_broken(self):
        """End the process; return how it had ended, in words."""
        broken = self.peer.broken
        code = self.stop(gone=isinstance(broken, Closed))
        if isinstance(broken, Malformed):
            return f"it sent {broken}"
        return DEATHS.get(code - 128, f"its process ended with exit code {code}")

    def revive(self):
        """Start the process unless it runs, and run again what it has run."""
        seconds = self.limits.cell_seconds
        while self.peer is None:
            self.peer = Judge(self.line.fork(self.limits), self.album)
            done = 0
            try:
                self.attempt(seconds, lambda peer: peer.ask("write", tuple(self.files.items())))
                while done < len(self.past):
                    self.attempt(seconds, lambda peer, source=self.past[done]: peer.ask("cell", source, 0))
                    done += 1
            except Lost as lost:
                if not any(self.past[done : done + 1]):
                    raise Hopeless(lost) from None
                self.past[done] = less(self.past[done])
        return self.peer

    def show(self, source, seconds, most=0):
        """Return the outputs of a cell, or raise Lost or Hopeless.

        most: letters of output to keep
        """
        self.revive()
        return self.attempt(seconds, lambda peer: peer.ask("cell", source, most))

    def stop(self, gone=False):
        """End the process and all that it started; return its exit code."""
        if self.peer is None:
            return 0
        self.peer.connection.close()
        self.peer = None
        status = self.line.end(gone)
        self.peak_bytes = max(self.peak_bytes, status["peak_bytes"])
        return status["code"]


class Conductor:
    """Runs a rebuilt notebook from top to bottom: each cell where it belongs."""

    def __init__(self, job, notebook, process):
        self.job, self.notebook, self.process = job, notebook, process
        self.shell = shell.Shell.instance()
        self.graded = graded_names(job.template)
        self.verdicts, self.notices = {}, []
        self.out_of_time = False  # whether anything was stopped because its time was up
        self.slow = set()  # names that did not come to an end
        self.stopped = {}  # name -> why the cell that defines it was stopped
        self.began = time.monotonic()
        self.room = OUTPUT_CELLS * job.limits.output_bytes  # letters of output left

    def run(self):
        """Run every code cell; put outputs into the notebook and verdicts beside it."""
        for number, cell in enumerate(self.notebook.cells):
            if cell.cell_type != "code":
                continue
            cell.execution_count = number + 1
            if is_test(cell) and self.job.tests == "apart":
                cell.outputs = self.test(cell)
                continue
            cell.outputs = self.student_cell(cell, number)
            if is_test(cell):
                self.verdicts[_key(cell)] = _verdict_beside(cell)
            elif is_locked(cell) and self.job.tests == "apart":
                with contextlib.suppress(OutOfTime, Broken), clock(self.job.limits.cell_seconds):
                    self.shell.run(cell.source, 0)

    def student_cell(self, cell, number):
        """Run a cell in the sandbox; return its outputs."""
        most = min(self.room, self.job.limits.output_bytes)
        try:
            items = self.process.show(cell.source, self.seconds(cell.source), most)
        except Lost as lost:
            return self.give_up(cell, number, lost)
        self.process.past.append(cell.source)
        outputs = _checked_outputs(items, most)
        self.room -= len(json.dumps(outputs))
        return outputs

    def give_up(self, cell, number, lost):
        """Keep the definitions of a cell that cannot be run to its end; return its outputs."""
        self.process.past.append(less(cell.source))
        name = f"The cell {_key(cell)}" if _key(cell) else f"Cell {number + 1} of the notebook"
        reason = f"{name} was stopped: {lost}."
        self.notices.append(reason)
        self.stopped |= dict.fromkeys(bound_names(cell.source), reason)
        self.note_time(cell, lost.slow)
        return [_error("Stopped", reason)]

    def test(self, cell):
        """Run a test cell here; note the verdict and return the outputs."""
        seconds, outputs, problem, slow = self.seconds(cell.source), [], "", False
        try:
            outputs, slow = self.attempt_test(cell.source, seconds)
            if slow:
                self.process.stop()
                problem = f"It took longer than {seconds:g} s"
            elif self.process.peer and self.process.peer.broken:
                problem = f"The answer could not be called: {self.process.why_broken()}"
        except Lost as lost:
            problem, slow = str(lost), lost.slow
        self.note_time(cell, slow)
        if problem:
            self.notices.append(f"The test {_key(cell)} was stopped. {problem}.")
        return self.judge_outputs(cell, outputs, problem)

    def attempt_test(self, source, seconds):
        """Bind the student's names and run the test; return its outputs, and whether time ran out."""
        peer = self.process.revive()
        found = self.process.attempt(seconds, lambda peer: dict(peer.ask("names", *self.graded)))
        for name in self.graded:
            self.shell.user_ns.pop(name, None)
        self.shell.user_ns |= {name: found[name] for name in self.graded if name in found}
        outputs = []
        with contextlib.suppress(OutOfTime, Broken), clock(seconds) as expired:
            outputs = self.shell.run(source, self.job.limits.output_bytes)
        peer.shared.restore()  # data of the notebook that this test passed: the next one may use it too
        return outputs, bool(expired)

    def judge_outputs(self, cell, outputs, problem):
        """Note the verdict of a test cell; return outputs without a traceback into the test."""
        errors = [o for o in outputs if o["output_type"] == "error"]
        shown = [o for o in outputs if o["output_type"] != "error" and o.get("name") != "stderr"]
        if not problem and not errors and self.shell.succeeded:
            self.verdicts[_key(cell)] = Verdict(True, "")
            return _checked_outputs(shown, self.job.limits.output_bytes)
        if problem:
            name, message = "CheckFailed", f"{problem}."
        else:
            name, message = (errors[0]["ename"], errors[0]["evalue"]) if errors else ("Error", "")
            message += self.reason_for(message)
        self.verdicts[_key(cell)] = Verdict(False, message if name == "CheckFailed" else f"{name}: {message}")
        return _checked_outputs(shown, self.job.limits.output_bytes) + [_error(name, message)]

    def reason_for(self, message):
        """Say why a name is not defined, where the cell that defines it was stopped."""
        missing = [reason for name, reason in self.stopped.items() if f"name {name!r} is not defined" in message]
        return f"\n{missing[0]}" if missing else ""

    def note_time(self, cell, slow):
        """Remember that a cell was stopped because its time was up, and the names that it uses."""
        if slow:
            self.out_of_time = True
            self.slow |= self.mentioned(cell.source)

    def seconds(self, source):
        """Return the time for a cell: little when all is used up, or when it uses what never ends."""
        used = time.monotonic() - self.began
        hurried = used > self.job.limits.total_seconds or (self.slow and self.mentioned(source) & self.slow)
        usual = self.job.limits.cell_seconds
        return min(usual, max(1, HURRY * usual)) if hurried else usual

    def mentioned(self, source):
        """Return which of the graded names a cell uses."""
        return set(re.findall(r"\w+", source)) & set(self.graded)


def _key(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _error(name, message):
    lines = message.split("\n") if name == "CheckFailed" else [f"{name}: {message}"]
    return nbformat.v4.new_output("error", ename=name, evalue=message, traceback=lines)


def _checked_outputs(items, most):
    """Return the outputs that have nbformat's form; ``items`` come from the student's side."""
    outputs = []
    for item in items if isinstance(items, list) else []:
        try:
            text = json.dumps(item, allow_nan=False)
            if _has_form(item) and len(text) <= 4 * most + 10_000:  # the escapes of a letter take up to six
                outputs.append(nbformat.from_dict(json.loads(text)))
        except (TypeError, ValueError, AttributeError, RecursionError):
            continue
    return outputs


def _has_form(item):
    match item:
        case {"output_type": "stream", "name": "stdout" | "stderr", "text": str(), **more}:
            return not more
        case {"output_type": "display_data", "data": dict(data), "metadata": dict(), **more}:
            return not more and _is_bundle(data)
        case {
            "output_type": "execute_result",
            "data": dict(data),
            "metadata": dict(),
            "execution_count": int(),
            **more,
        }:
            return not more and _is_bundle(data)
        case {"output_type": "error", "ename": str(), "evalue": str(), "traceback": list(lines), **more}:
            return not more and all(isinstance(line, str) for line in lines)
    return False


def _is_bundle(data):
    """Say whether this is ``{MIME type: text}``, or JSON where the type says so."""
    return all(isinstance(k, str) and (isinstance(v, str) or k.endswith("json")) for k, v in data.items())


def _verdict_beside(cell):
    """Return the verdict on a test that ran beside the student's code, as nbgrader gives points."""
    try:
        score, most = determine_grade(cell)
    except (ValueError, KeyError) as error:
        return Verdict(False, str(error), 0.0)
    message = next((o.evalue for o in cell.outputs if o.output_type == "error"), "")
    return Verdict(score == most, message, score)


def less(source):
    """Return the definitions and imports of a cell without what else it does; '' where it does nothing else."""
    try:
        nodes = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    kinds = (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef, ast.Import, ast.ImportFrom)
    kept = [ast.get_source_segment(source, node) for node in nodes if isinstance(node, kinds)]
    return "\n".join(kept) if len(kept) < len(nodes) else ""


def bound_names(source):
    """Return the names that a cell defines at its top, without what it imports."""
    try:
        nodes = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    names = {n.name for n in nodes if isinstance(n, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef))}
    targets = [t for n in nodes if isinstance(n, ast.Assign) for t in n.targets]
    return names | {t.id for t in targets if isinstance(t, ast.Name)}


@functools.lru_cache(maxsize=8)
def graded_names(template):
    """Return the names that the student is asked to define: never one that a locked cell gives."""
    cells = [c for c in nbformat.reads(template.decode(), as_version=4).cells if c.cell_type == "code"]
    asked = [bound_names(c.source) for c in cells if is_solution(c)]
    given = [bound_names(c.source) for c in cells if is_locked(c) and not is_grade(c)]
    return sorted(set().union(*asked) - set().union(*given))


def grade(job, line, compiled, album):
    """Return the Outcome of a job, whose student code runs on ``line``.

    compiled: {relative path: content} of files that spare Python work
    album:    the Album of the reference
    """
    began = time.monotonic()
    notebook, notices, failed = rebuild(job.template, job.submission)
    if job.require_sandbox and sandbox.problem():
        failed = f"It was not run: a sandbox is required, but {sandbox.problem()}."
    files, left_out = safe_files(job.files)
    process = Process(line, job.limits, compiled | files, album)
    conductor = Conductor(job, notebook, process)
    try:
        if not failed:
            conductor.run()
    except Hopeless as error:
        (lost,) = error.args
        failed = f"It could not be run: {lost}."
        conductor.out_of_time |= lost.slow
    finally:
        process.stop()
    for cell in notebook.cells:
        if is_test(cell) and _key(cell) not in conductor.verdicts:
            conductor.verdicts[_key(cell)] = Verdict(False, failed)
            if cell.cell_type == "code":
                cell.outputs = [_error("CheckFailed", failed)]
    return Outcome(
        notebook=json.dumps(notebook),
        verdicts=conductor.verdicts,
        notices=left_out + notices + conductor.notices,
        failed=failed,
        slow=conductor.out_of_time,
        sandbox=sandbox.level(),
        seconds=time.monotonic() - began,
        peak_bytes=process.peak_bytes,
    )
