"""What the submissions of an assignment have in common, done once for all."""

import contextlib
import importlib.util
import os
import py_compile
import sys
import tempfile
from operator import attrgetter
from pathlib import Path

from nbgrader.utils import is_locked

from grading import shell
from grading.execute import outcome_to_frame, write_files
from grading.judge import Hopeless, Lost, Process, grade, graded_names
from grading.pictures import Album
from grading.rebuild import is_test, rebuild, released

LIBRARIES = ("matplotlib.figure", "scipy.special", "IPython.display", "threadpoolctl")
IN_COMMON = attrgetter("template", "trusted_files", "tests")  # of the jobs of an assignment
MOST = 4  # assignments at a time


class References:
    """The References of the assignments that are being graded."""

    def __init__(self):
        shell.start(LIBRARIES)
        self._known = []

    def of(self, job):
        """Return the Reference that fits a job."""
        for reference in self._known:
            if IN_COMMON(reference.job) == IN_COMMON(job):
                return reference
        self._known = [Reference(job), *self._known][:MOST]
        return self._known[0]


class Reference:
    """The instructor's notebook. job: one of those that have it in common."""

    def __init__(self, job):
        self.job, self._album, self._uses = job, Album(), 0
        self._compiled = compiled(job.trusted_files)
        if any(b"sklearn" in content for content in (job.template, *job.trusted_files.values())):
            importlib.import_module("sklearn.datasets")  # here, and not again in each fork
        with contextlib.suppress(Exception):  # of the template: the fork tells what is wrong
            graded_names(job.template)
            for cell in released(job.template).cells:
                if is_locked(cell) and cell.cell_type == "code":
                    shell.Shell.instance().prepare(cell.source)

    def grade(self, job, line):
        """Return the frame of the Outcome of a job; this is for a fork in a folder of its own."""
        write_files(job.trusted_files | self._compiled, ".")  # tests import them
        sys.path.insert(0, os.getcwd())
        return outcome_to_frame(grade(job, line, self._compiled, self._album)), ()

    def to_be_drawn(self):
        """Count a submission. Say whether its pictures should be drawn first: once, where there are several."""
        self._uses += 1
        return self._uses == 2 and self.job.tests == "apart"

    def draw(self, line):
        """Return the frame of the pictures in the reference, up to a cell that cannot be run; this is for a fork."""
        notebook, _, _ = rebuild(self.job.template, self.job.template)
        album = Album(wanted=True)
        process = Process(line, self.job.limits, self.job.trusted_files, album)
        with contextlib.suppress(Lost, Hopeless):
            for cell in notebook.cells:
                if cell.cell_type == "code" and not is_test(cell):
                    process.show(cell.source, self.job.limits.cell_seconds)
        process.stop()
        return {"names": list(album.pictures)}, list(album.pictures.values())

    def keep(self, head, buffers):
        """Take in the frame of the pictures."""
        self._album.pictures = dict(zip(head.get("names", ()), map(bytes, buffers), strict=True))


def compiled(files):
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
