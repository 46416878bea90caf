"""Run a rebuilt notebook: the student's cells in the sandbox, the test cells here.

Each test cell runs against a fork of the student's process, taken where the cell stands, and in a
namespace of its own. What is hidden of a test runs when all cells of the student have run: whatever
the code does with the inputs that it then sees, it has no cell left to show them in. A test is
passed only when its cell has run to its end here.

Forks took a third of the time of a small submission. So tests between which cells of the student's only define what
was not there before share one, as they share the kernel in Jupyter, for as long as they pass. What fails in a fork
where another test has been is run again in one of its own, and that counts.
"""

import contextlib
import functools
import itertools
import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import determine_grade, is_locked

from grading.run import asserts, outputs, sandbox, shell, syntax
from grading.run.cells import grade_id, is_test
from grading.run.job import Job, Verdict
from grading.run.judge import ConnectionBrokenError
from grading.run.plan import cells_to_run, divided, graded_names, hidden_lines, is_apart, open_imports
from grading.run.process import (
    CONTROL_SECONDS,
    CellTimeoutError,
    Clock,
    StudentProcess,
    StudentProcessLostError,
    keep_clock,
)
from grading.run.template import read_template
from grading.wire.peer import COMPREHENSIONS
from grading.wire.specials import operators_in

HURRY = 0.1  # of the usual time, for what needs an answer that did not come to an end before
LAST = 0.1  # second
OUTPUT_CELLS = 100  # times ``output_bytes`` is the most that a whole notebook may show
MOST_FORKS = 30  # that wait for one that goes on
QUICK = 1  # second for the student's cells so far: then they can run again for a test
Items = list[dict[str, Any]]  # the outputs of a cell as the shell gives them
ANONYMOUS = {"", "<lambda>", *COMPREHENSIONS}  # functions without a name


class CannotRestartError(Exception):
    """No process of the student's can be had. Its argument is the last StudentProcessLostError."""


@dataclass
class TestFork:
    """A fork of the student's process for tests.

    tests:  how many have asked it
    to_run: sources of cells that it runs before the next one
    """

    process: StudentProcess
    tests: int = 0
    to_run: list[str] = field(default_factory=list)


@dataclass
class TestRun:
    """A test cell that is under way.

    names:   of its namespace
    written: the released files that the student's code has changed: the instructor's copies do not stand for them
    place:   how many cells of the student's process had run
    given:   the names of the locked cells before it
    shared:  numbers of the data in ``names`` that the fork has, too
    """

    cell: NotebookNode
    fork: TestFork
    names: dict[str, Any]
    written: tuple[str, ...]
    place: int
    given: dict[str, Any]
    shared: set[int] = field(default_factory=set)


class NotebookRunner:
    """Runs a rebuilt notebook from top to bottom, then the hidden parts of its tests.

    line:    gives processes in the sandbox
    files:   ``{relative path: content}`` beside the notebook
    modules: what the instructor's code imports
    """

    def __init__(
        self, job: Job, notebook: NotebookNode, line: sandbox.Line, files: dict[str, bytes], modules: list[str]
    ) -> None:
        self.job, self.notebook, self.line, self.files, self.modules = job, notebook, line, files, modules
        self.shell = shell.Shell.instance()
        self.graded = graded_names(job.template)
        self.marks = read_template(job.template).marks
        self.operators = operators_in(job.template.decode())
        self.seeds = any(b"seed(" in text for text in (job.template, *job.trusted_files.values()))
        self.verdicts: dict[str, Verdict] = {}
        self.notices: list[str] = []
        self.slow = False  # whether the machine may be why something was stopped
        self.endless: set[str] = set()  # graded names that did not come to an end
        self.stopped: dict[str, str] = {}  # name -> why the cell that defines it was stopped
        self.peak_bytes = 0
        self._chain: list[StudentProcess] = []  # each a fork of the one before; the last has run all cells so far
        self._past: list[str] = []  # the sources of the cells that it has run
        self._spent = 0.0  # seconds for them
        self._open: TestFork | None = None  # that the next test may ask, too
        self._to_finish: list[TestRun] = []  # whose visible part was passed
        self._began = time.monotonic()
        self._room = OUTPUT_CELLS * job.limits.output_bytes  # letters of output left

    def run(self) -> None:
        """Put outputs into the notebook and verdicts beside it; raise CannotRestartError where nothing can be run."""
        self._process()
        if self.job.tests == "apart":
            keep_clock()
            self._import_what_all_import()
        for number, cell in cells_to_run(self.job, self.notebook):
            cell.execution_count = number + 1
            if is_apart(cell, self.job):
                cell.outputs = self._begin_test(cell)
                continue
            cell.outputs = self._student_cell(cell, number)
            if is_test(cell):
                self.verdicts[grade_id(cell)] = _verdict_of_nbgrader(cell)
            elif is_locked(cell) and self.job.tests == "apart":
                with contextlib.suppress(CellTimeoutError), Clock(self.job.limits.cell_seconds, lambda: None):
                    with asserts.told(self.shell, cell.source, hidden_lines(cell.source, self.marks)):
                        self.shell.run(cell.source, 0)
        self._finish_tests()

    def _import_what_all_import(self) -> None:
        """Run here the imports of cells that students may change, as the instructor hands them out."""
        for statement in open_imports(self.job.template):
            clock = Clock(self.job.limits.cell_seconds, lambda: None)
            with contextlib.suppress(CellTimeoutError, Exception), clock:
                exec(statement, self.shell.user_ns)

    def close(self) -> None:
        """End what still runs."""
        for test in self._to_finish:
            test.fork.process.end()
        self._end_chain()

    def _process(self) -> StudentProcess:
        """Return the student's process; start it anew where it is gone, and run again what it has run."""
        while not self._chain or self._chain[-1].status:
            self._end_chain()
            process = StudentProcess(self.line.fork(self.job.limits, self.modules), self.line.end)
            self._chain = [process]
            done = 0
            try:
                process.ask(self.job.limits.cell_seconds, "write", tuple(self.files.items()))
                while done < len(self._past):
                    self._run_cell(process, self._past[done], self._seconds_of_student(self._past[done]))
                    done += 1
            except StudentProcessLostError as lost:
                if not any(self._past[done : done + 1]):
                    raise CannotRestartError(lost) from None
                self._past[done] = syntax.definitions_only(self._past[done])
        return self._chain[-1]

    def _end_chain(self) -> None:
        for process in reversed(self._chain):  # each tells how much memory its forks took
            self.peak_bytes = max(self.peak_bytes, process.end(gone=True)["peak_bytes"])
        self._chain = []

    def _student_cell(self, cell: NotebookNode, number: int) -> list[NotebookNode]:
        """Run a cell in the sandbox; return its outputs."""
        self._define_for_tests(cell.source)
        most, began = min(self._room, self.job.limits.output_bytes), time.monotonic()
        try:
            items = self._run_in_sandbox(cell.source, self._seconds_of_student(cell.source), most)
        except StudentProcessLostError as lost:
            return self._give_up(cell, number, lost)
        finally:
            self._spent += time.monotonic() - began
        shown = outputs.checked(items, most)
        self._room -= len(json.dumps(shown))
        return shown

    def _run_in_sandbox(self, source: str, seconds: float, most: int) -> Any:
        """Run a cell, and go on with the process that has run it, unless it is lost.

        What does more than define runs in a fork, so that what was there before it cannot be lost.
        """
        process = self._process()
        if syntax.only_defines(source):  # which nothing can hinder, unless a test has ended or stopped the process
            try:
                items = self._run_cell(process, source, min(seconds, CONTROL_SECONDS), most)
            except StudentProcessLostError:
                items = self._run_cell(self._process(), source, seconds, most)
        else:
            if not process.alive():
                process = self._process()
            if len(self._chain) < MOST_FORKS:
                process = process.fork_to_go_on() or process
            items = self._run_cell(process, source, seconds, most)
            if process is not self._chain[-1]:
                self._chain.append(process)
        self._past.append(source)
        return items

    def _run_cell(self, process: StudentProcess, source: str, seconds: float, most: int = 0) -> Any:
        """Run a cell in a process; return its outputs, up to ``most`` letters."""
        return process.ask(seconds, "cell", source, most, self.job.tests == "beside")

    def _give_up(self, cell: NotebookNode, number: int, lost: StudentProcessLostError) -> list[NotebookNode]:
        """Keep the definitions of a cell that cannot be run to its end; return its outputs."""
        with contextlib.suppress(StudentProcessLostError):
            self._run_in_sandbox(syntax.definitions_only(cell.source), self._seconds_of_student(cell.source), 0)
        name = f"The cell {grade_id(cell)}" if grade_id(cell) else f"Cell {number + 1} of the notebook"
        reason = f"{name} was stopped: {lost}."
        self.notices.append(reason)
        self.stopped |= dict.fromkeys(syntax.bound_names(cell.source), reason)
        self._note_time(cell.source, lost)
        return [outputs.error("Stopped", reason)]

    def _begin_test(self, cell: NotebookNode) -> list[NotebookNode]:
        """Run the visible part of a test cell; return its outputs. The verdict waits where there is a hidden one."""
        visible, hidden = divided(cell.source, self.marks)
        try:
            test, items, lost = self._run_visible(cell, visible)
        except StudentProcessLostError as error:
            return self._judge(cell, [], error)
        passed = not lost and self._succeeded(items)
        if passed and hidden:
            self._to_finish.append(test)
        self._open = test.fork
        if not passed or self._spent > QUICK:
            self._leave()
        if passed and hidden:
            # Its last line is not the cell's.
            return outputs.checked(_without_value(items), self.job.limits.output_bytes)
        return self._judge(cell, items, lost)

    def _run_visible(self, cell: NotebookNode, source: str) -> tuple[TestRun, Items, StudentProcessLostError | None]:
        """Run the visible part of a test cell, in a fork of its own if it does not pass in that of the test before."""
        if self._open:
            with contextlib.suppress(StudentProcessLostError):
                test = self._bind(cell, self._open)
                items, lost = self._run_here(test, source)
                if self._is_certain(items, lost):
                    return test, items, lost
            self._leave()
        test = self._bind(cell, self._fork())
        return test, *self._run_here(test, source)

    def _define_for_tests(self, source: str) -> None:
        """Let the next test ask the same fork, if a cell only defines what was not there; else leave the fork."""
        if not self._open:
            return
        known = set().union(*map(syntax.top_names, self._past))
        if syntax.only_defines(source) and known.isdisjoint(syntax.top_names(source)):
            self._open.to_run.append(source)
        else:
            self._leave()

    def _leave(self) -> None:
        """Let the next test have another fork; end this one where no hidden part of a test is to ask it."""
        if self._open and all(test.fork is not self._open for test in self._to_finish):
            self._open.process.end()
        self._open = None

    def _finish_tests(self) -> None:
        """Run the hidden parts of all tests."""
        uncertain, past = [], self._past
        for _, group in itertools.groupby(self._to_finish, lambda test: id(test.fork)):
            tests = list(group)
            process = tests[0].fork.process
            here = process.alive()  # the student's cells may have ended or stopped it
            uncertain += [test for test in tests if not here or not self._finish_test(test)]
            process.end()
        for test in uncertain:
            self._test_alone(test, past)

    def _finish_test(self, test: TestRun) -> bool:
        """Run the hidden part of a test cell; say whether its verdict is certain."""
        process = test.fork.process
        if process.status:  # another test has ended it
            return False
        process.peer.may_say = self._texts_of_the_student
        items, lost = self._run_here(test, divided(test.cell.source, self.marks)[1])
        items = _without_words(items)
        certain = test.fork.tests == 1 or self._is_certain(items, lost)
        if certain:
            test.cell.outputs += self._judge(test.cell, items, lost)
        return certain

    def _test_alone(self, test: TestRun, past: list[str]) -> None:
        """Run a whole test cell in a fork where no other test has been, of a process that has run what stood above."""
        if len(self._past) != test.place:
            self._end_chain()
            self._past = past[: test.place]
        items: Items = []
        try:
            alone = self._bind(test.cell, self._fork())
        except (StudentProcessLostError, CannotRestartError) as error:
            lost = error if isinstance(error, StudentProcessLostError) else error.args[0]
        else:
            alone.names = test.given | alone.names
            alone.fork.process.peer.may_say = self._texts_of_the_student
            items, lost = self._run_here(alone, test.cell.source)
            items = _without_words(items)
            alone.fork.process.end()
        test.cell.outputs = []
        test.cell.outputs = self._judge(test.cell, items, lost)

    def _bind(self, cell: NotebookNode, fork: TestFork) -> TestRun:
        """Look up the names that a test cell finds in a fork."""
        fork.tests += 1
        asked = self.graded, tuple(self.job.trusted_files), tuple(fork.to_run)
        fork.to_run.clear()
        found, written = fork.process.ask(self._seconds(cell.source), "names", *asked)
        return TestRun(cell, fork, dict(found), written, len(self._past), dict(self.shell.user_ns))

    def _fork(self) -> TestFork:
        """Fork the student's process for tests."""
        try:
            process = self._process().fork()
        except StudentProcessLostError:  # a test has ended the process
            process = self._process().fork()
        process.peer.operators = self.operators
        if self.seeds:
            process.peer.follow_seeds()
        return TestFork(process)

    def _run_here(self, test: TestRun, source: str) -> tuple[Items, StudentProcessLostError | None]:
        """Run a part of a test cell; return its outputs, and what stopped it."""
        items: Items = []
        clock, shared = test.fork.process.clock(self._seconds(source)), test.fork.process.peer.shared
        shared.wake(test.shared)
        finishes = test.fork.process.peer.may_say is not None
        hidden = frozenset(range(source.count("\n") + 2)) if finishes else hidden_lines(source, self.marks)
        told = asserts.told(self.shell, source, hidden)
        with (
            told,
            self._namespace(test.names),
            _without(test.written),
            contextlib.suppress(CellTimeoutError, ConnectionBrokenError),
            clock,
        ):
            items = self.shell.run(source, self.job.limits.output_bytes)
        shared.restore()  # data of the notebook that this test passed: the next one may use it, too
        test.shared = shared.rest()
        return items, test.fork.process.lost(clock)

    @contextlib.contextmanager
    def _namespace(self, names: dict[str, Any]) -> Iterator[None]:
        """Add ``names`` to those of the locked cells for a while, and keep what becomes of them in ``names``."""
        space = self.shell.user_ns
        before = dict(space)
        space |= names
        try:
            yield
        finally:
            names |= space
            space.clear()
            space |= before

    def _is_certain(self, items: Items, lost: StudentProcessLostError | None) -> bool:
        """Say whether another fork would not give another verdict: the test has passed, or did not come to an end."""
        return lost.endless if lost else self._succeeded(items)

    def _succeeded(self, items: Items) -> bool:
        return self.shell.succeeded and not any(o["output_type"] == "error" for o in items)

    def _judge(self, cell: NotebookNode, items: Items, lost: StudentProcessLostError | None) -> list[NotebookNode]:
        """Note the verdict of a test cell; return outputs without a traceback into the test."""
        quiet = [o for o in items if o["output_type"] != "error" and o.get("name") != "stderr"]
        shown = outputs.checked(quiet, self.job.limits.output_bytes)
        if not lost and self._succeeded(items):
            cell.outputs = [*cell.outputs, *shown]
            self.verdicts[grade_id(cell)] = _verdict_of_nbgrader(cell)  # a number in its last line is partial credit
            return shown
        if lost:
            reason = f"{lost}"
            name, message, spoken = "NotPassed", f"{reason[0].upper()}{reason[1:]}.", True
            self.notices.append(f"The test {grade_id(cell)} was stopped. {message}")
            self._note_time(cell.source, lost)
        else:
            errors = [o for o in items if o["output_type"] == "error"]
            name, message = (errors[0]["ename"], errors[0]["evalue"]) if errors else ("Error", "")
            spoken = bool(errors) and outputs.speaks(errors[0])
            message += self._reason_for(message)
        self.verdicts[grade_id(cell)] = Verdict(False, message if spoken else f"{name}: {message}")
        return [*_without_value(shown), outputs.error(name, message, spoken)]

    def _reason_for(self, message: str) -> str:
        """Say why a name is not defined, where the cell that defines it was stopped."""
        missing = [reason for name, reason in self.stopped.items() if f"name {name!r} is not defined" in message]
        return f"\n{missing[0]}" if missing else ""

    def _note_time(self, source: str, lost: StudentProcessLostError) -> None:
        """Remember the graded names of a cell that did not come to an end, and whether the machine may be why."""
        if lost.endless:
            self.endless |= self._mentioned(source)
        self.slow |= lost.slow

    def _seconds(self, source: str) -> float:
        """Return the time for a cell: little when all is used up, or when it uses what never ends."""
        used = time.monotonic() - self._began
        hurried = used > self.job.limits.total_seconds or (self.endless and self._mentioned(source) & self.endless)
        usual = self.job.limits.cell_seconds
        return min(usual, max(1, HURRY * usual)) if hurried else usual

    def _seconds_of_student(self, source: str) -> float:
        """Return the time for a cell of the student's: next to none for one that defines nothing that is asked for,
        when all is used up twice: however many come, they have an end."""
        used = time.monotonic() - self._began
        needless = used > 2 * self.job.limits.total_seconds and not syntax.bound_names(source) & set(self.graded)
        return LAST if needless else self._seconds(source)

    def _mentioned(self, source: str) -> set[str]:
        """Return which of the graded names a cell uses."""
        return set(re.findall(r"\w+", source)) & set(self.graded)

    @functools.cached_property
    def _texts_of_the_student(self) -> frozenset[str]:
        """Return the lines of all cells but tests, and the words in them."""
        sources = [c.source for c in self.notebook.cells if c.cell_type == "code" and not is_test(c)]
        text = "\n".join(sources)
        return frozenset({line.strip() for line in text.split("\n")} | set(re.findall(r"\w+", text)) | ANONYMOUS)


def _without_value(items: list[Any]) -> list[Any]:
    """Return outputs without the value of a last line, which nbgrader takes for points."""
    return [item for item in items if item["output_type"] != "execute_result"]


def _without_words(items: Items) -> Items:
    """Return outputs without the value of a last line that is no points: it may tell what is hidden."""
    return [item for item in items if item["output_type"] != "execute_result" or _is_number(item)]


def _is_number(item: dict[str, Any]) -> bool:
    try:
        float(item["data"]["text/plain"])
    except (KeyError, TypeError, ValueError):
        return False
    return True


@contextlib.contextmanager
def _without(files: tuple[str, ...]) -> Iterator[None]:
    """Let some files of this folder be missing for a while."""
    if not files:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="grading-") as aside:
        moved = {Path(name): Path(aside, str(i)) for i, name in enumerate(files) if Path(name).is_file()}
        for path, place in moved.items():
            shutil.move(path, place)
        try:
            yield
        finally:
            for path, place in moved.items():
                shutil.move(place, path)


def _verdict_of_nbgrader(cell: NotebookNode) -> Verdict:
    """Return the verdict that the outputs of a test cell mean to nbgrader."""
    try:
        score, most = determine_grade(cell)
    except (ValueError, KeyError) as error:
        return Verdict(False, str(error), 0.0)
    message = next((o.evalue for o in cell.outputs if o.output_type == "error"), "")
    return Verdict(score == most, message, score)
