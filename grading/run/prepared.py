"""What the submissions of an assignment have in common, done once for all."""

import contextlib
import importlib.util
import marshal
import os
import py_compile
import sys
import tempfile
from collections.abc import Iterable
from importlib import machinery
from operator import attrgetter
from pathlib import Path
from types import CodeType
from typing import ClassVar

from nbformat import NotebookNode
from nbgrader.utils import is_locked

from grading.run import shell, syntax
from grading.run.cells import is_test
from grading.run.grade import grade
from grading.run.job import Files, Job, outcome_to_frame, write_files
from grading.run.plan import cells_to_run, divided, open_imports
from grading.run.rebuild import rebuild
from grading.run.sandbox import Line
from grading.run.template import Marks, read_template, released
from grading.wire.frames import Frame
from grading.wire.specials import operators_in

IN_COMMON = attrgetter("template", "trusted_files", "tests")  # of the jobs of an assignment
HEADER = 16  # bytes of what Python keeps of a module, before its code (PEP 552)
MOST = 8  # assignments, each in one language, at a time


class KeptLoader(machinery.SourceFileLoader):
    """Imports the instructor's files in the fork. codes: ``{file name: code}`` of those that are compiled already."""

    codes: ClassVar[dict[str, CodeType]] = {}

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the code of a module."""
        return self.codes.get(os.path.relpath(self.path)) or super().get_code(fullname)


LOADERS = (  # as Python has them, but for the second
    (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
    (KeptLoader, machinery.SOURCE_SUFFIXES),
    (machinery.SourcelessFileLoader, machinery.BYTECODE_SUFFIXES),
)


class PreparedCache:
    """What is prepared for the assignments that are being graded."""

    def __init__(self) -> None:
        shell.start()
        self._known: list[Prepared] = []

    def of(self, job: Job) -> "Prepared":
        """Return what is prepared for a job."""
        for prepared in self._known:
            if IN_COMMON(prepared.job) == IN_COMMON(job):
                return prepared
        self._known = [Prepared(job), *self._known][:MOST]
        return self._known[0]


class Prepared:
    """What the submissions of an assignment have in common. job: one of theirs."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._compiled = compiled(job.trusted_files)
        self._codes = codes(job.trusted_files, self._compiled)
        self._modules: list[str] = []
        with contextlib.suppress(Exception):  # of the template: the fork tells what is wrong
            self._prepare()

    def _prepare(self) -> None:
        """Compile and import here what else each fork would compile and import."""
        notebook, _, _ = rebuild(self.job.template, self.job.template)
        cells_to_run(self.job, notebook)  # what it finds out is kept, as in the next two
        open_imports(self.job.template)
        operators_in(self.job.template.decode())
        cells = [c for c in released(self.job.template).cells if c.cell_type == "code"]
        ours = [cell.source for cell in cells if is_locked(cell)]
        marks = read_template(self.job.template).marks
        for source in [part for cell in cells if is_locked(cell) for part in _parts(cell, marks)]:
            shell.Shell.instance().prepare(source)
        helpers = [c.decode(errors="replace") for n, c in self.job.trusted_files.items() if n.endswith(".py")]
        apart = [cell.source for cell in cells if is_test(cell) and self.job.tests == "apart"]
        self._modules = self._imported([*(source for source in ours if source not in apart), *helpers])
        shell.import_all(self._imported([*ours, *helpers]))

    def _imported(self, sources: Iterable[str]) -> list[str]:
        """Return the modules that pieces of source import, without those that come with the assignment."""
        own = {Path(name).parts[0].removesuffix(".py") for name in self.job.trusted_files}
        found = set().union(*map(syntax.imported_modules, sources))
        return sorted(name for name in found if name.partition(".")[0] not in own)

    def grade(self, job: Job, line: Line) -> Frame:
        """Return the frame of the Outcome of a job; this is for a fork in a folder of its own."""
        write_files(job.trusted_files, ".")  # tests import them
        sys.path.insert(0, os.getcwd())
        KeptLoader.codes = self._codes
        sys.path_importer_cache[os.getcwd()] = machinery.FileFinder(os.getcwd(), *LOADERS)
        return outcome_to_frame(grade(job, line, self._compiled, self._modules))


def _parts(cell: NotebookNode, marks: Marks) -> tuple[str, ...]:
    return divided(cell.source, marks) if is_test(cell) else (cell.source,)


def codes(files: Files, made: Files) -> dict[str, CodeType]:
    """Return ``{file name: code}`` of the modules in ``files`` that ``compiled`` has made."""
    kept = {name: importlib.util.cache_from_source(name) for name in files if name.endswith(".py")}
    return {name: marshal.loads(made[path][HEADER:]) for name, path in kept.items() if path in made}


def compiled(files: Files) -> Files:
    """Return ``{relative path: content}`` of what Python keeps of modules that it has imported before."""
    made = {}
    with tempfile.TemporaryDirectory(prefix="grading-") as folder:
        write_files(files, folder)
        for name in files:
            if name.endswith(".py"):
                target = importlib.util.cache_from_source(name)
                # With the hash of the source: where the source is another one, Python does not use it.
                how = py_compile.PycInvalidationMode.CHECKED_HASH
                with contextlib.suppress(py_compile.PyCompileError, OSError):
                    py_compile.compile(f"{folder}/{name}", f"{folder}/{target}", name, True, invalidation_mode=how)
                    made[target] = Path(folder, target).read_bytes()
    return made
