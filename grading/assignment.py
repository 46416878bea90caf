"""The instructor's side of an assignment: what source/ and nbgrader_config.py say."""

import copy
import json
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import chdir
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearSolutions,
    Execute,
    SaveAutoGrades,
    SaveCells,
)
from nbgrader.utils import is_grade
from traitlets import Bool, Dict, Enum, List, Unicode
from traitlets.config import Config, Configurable
from traitlets.config.loader import DeferredConfigString
from traitlets.utils.importstring import import_item

from grading import languages
from grading.course import CourseError
from grading.run.cells import grade_id, is_ours
from grading.run.job import Files, Job, Limits, content_key
from grading.run.template import with_sources

FILES_BYTES = 100 * 2**20  # of all files beside the notebooks
# Steps of autograding that are done by the Recorder, or (the check) needless for cells of the instructor's notebook.
LEFT_OUT = SaveAutoGrades, AssignLatePenalties, CheckCellMetadata
TIMEOUTS = 6  # the default total of a notebook, in time-outs of a cell


class Engine(Configurable):
    """The settings of the engine in nbgrader_config.py."""

    isolation = Enum(
        ["auto", "apart", "beside"],
        "auto",
        help="Where tests run: apart from the student's code; beside it in its process, as in stock nbgrader; "
        "or apart where the reference gets the same points so, else beside.",
    ).tag(config=True)
    reference_must_pass = Bool(True, help="Grade nobody unless the instructor's own answers pass.").tag(config=True)
    demonstrations = Bool(
        False,
        help="Also run the instructor's plain cells on which nothing leans. "
        "Where a student wrote an answer that a person grades, the whole notebook runs in any case.",
    ).tag(config=True)
    require_sandbox = Bool(False, help="Grade nothing where bubblewrap is missing.").tag(config=True)
    stock = List(
        Unicode(), help="Assignments that nbgrader autograde runs without the engine: other languages' kernels."
    ).tag(config=True)
    limits = Dict(help="Changes to the defaults of grading.job.Limits.").tag(config=True)


class Assignment:
    """One assignment as the instructor made it: notebooks, files, settings.

    converter: nbgrader's Autograde converter, whose course and configuration hold
    templates: {notebook: the instructor's notebook as a Job has it}
    stored:    {notebook: the same as a NotebookNode without solutions, as the gradebook knows it}
    files:     {relative path: content} of what stands beside the notebooks
    variants:  {language: Variant} of the languages that the course is in beside its own
    stubs:     what stands in the place of an answer
    zones:     the time zone in which nbgrader's exchange writes when work came, if one is set
    steps:     nbgrader's steps of autograding, and what the configuration says of them
    isolation: {notebook: (where its tests run, why)}; set when the reference has been run

    Raises CourseError where the assignment cannot be graded as it is.
    """

    def __init__(self, converter: Autograde, name: str, require_sandbox: bool = False) -> None:
        self.name, self.course = name, converter.coursedir
        self.engine = Engine(parent=converter)
        if name in self.engine.stock:
            raise CourseError(f"{name} is left to stock nbgrader (c.Engine.stock): nbgrader autograde {name}")
        self.source = Path(self.course.format_path(self.course.source_directory, ".", name))
        paths = sorted(path for path in self.source.glob("*.ipynb") if not path.name.startswith("."))
        if not paths:
            raise CourseError(f"There is no assignment {name}: {self.source} holds no notebook.")
        self._limits = _limits(self.engine, converter.config)
        self.zones = [str(zone) for zone in [converter.config.Exchange.get("timezone")] if zone]
        self.steps = [
            [kind.__name__, sorted((name, _told(value)) for name, value in converter.config[kind.__name__].items())]
            for kind in map(_kind, converter.autograde_preprocessors)
            if kind not in LEFT_OUT
        ]
        self._require_sandbox = self.engine.require_sandbox or require_sandbox
        self.files = _read_files(self.source, self.course.ignore, self._limits.file_bytes)
        generator = GenerateAssignment(coursedir=self.course, parent=converter)
        clears = ClearSolutions(parent=generator)
        self.stubs = frozenset({clears.text_stub, *clears.code_stub.values()})
        with chdir(self.course.root):  # where nbgrader's steps look for their files
            versions = {path.stem: _versions(path, generator) for path in paths}
        self.templates = {stem: _written(template) for stem, (template, _) in versions.items()}
        self.stored = {stem: stored for stem, (_, stored) in versions.items()}
        self.variants = {
            language: self._variant(folder / language / name, generator)
            for folder in [languages.folder_of(self.course, converter)]
            for language in languages.known(folder)
        }
        self.keep = frozenset(converter.exclude_overwriting.get(name, ()))
        self._keys: dict[tuple[str, str], str] = {}
        self.isolation: dict[str, tuple[str, str]] = dict.fromkeys(self.templates, ("apart", ""))

    def _variant(self, folder: Path, generator: GenerateAssignment) -> "Variant":
        """Return the assignment in another language; where ``folder`` lacks something, it is that of source/."""
        files = _read_files(folder, self.course.ignore, self._limits.file_bytes) if folder.exists() else {}
        templates = dict(self.templates)
        for path in sorted(folder.glob("*.ipynb")):
            with chdir(self.course.root):
                template, stored = _versions(path, generator)
            if path.stem not in self.stored or _graded(stored) != _graded(self.stored[path.stem]):
                raise CourseError(f"{path} does not have the graded cells of source/{self.name}. Make it anew.")
            templates[path.stem] = _written(template)
        return Variant(templates, self.files | files)

    def files_beside(self, own: Files, language: str = "") -> Files:
        """Return ``{relative path: content}`` of a student's ``own`` files with the instructor's on top."""
        files = dict(self._in(language).files)
        ours = {*files, *(f"{name}.ipynb" for name in self.templates)} - self.keep
        folders = {str(parent) for path in ours for parent in Path(path).parents}
        for path, content in own.items():
            # A student's file must not be where the instructor has a folder, nor the other way round.
            if path not in ours | folders and not ours & {str(parent) for parent in Path(path).parents}:
                files[path] = content
        return files

    def _in(self, language: str) -> "Variant":
        return self.variants.get(language) or Variant(self.templates, self.files)

    def template(self, notebook: str, language: str) -> bytes:
        """Return the instructor's notebook in a language."""
        return self._in(language).templates[notebook]

    def job(self, notebook: str, submission: bytes, own: Files, tests: str | None = None, language: str = "") -> Job:
        """Return the Job of one notebook.

        submission: what was handed in, bytes
        own:        {relative path: content} of the student's files
        tests:      "apart" or "beside", where it is not what ``isolation`` says
        language:   one of ``variants``, or '' for that of source/
        """
        variant = self._in(language)
        return Job(
            name=notebook,
            template=self.template(notebook, language),
            submission=submission,
            files=self.files_beside(own, language),
            trusted_files={path: content for path, content in variant.files.items() if path not in self.keep},
            tests=tests or self.isolation[notebook][0],
            limits=self._limits,
            require_sandbox=self._require_sandbox,
            demonstrations=self.engine.demonstrations,
        )

    def reference(self, notebook: str, tests: str | None = None, language: str = "") -> Job:
        """Return the Job that grades the instructor's own answers in a language."""
        return self.job(notebook, self.template(notebook, language), {}, tests, language)

    def key(self, notebook: str, language: str = "") -> str:
        """Return the content key of all that submissions in a language have in common, when ``isolation`` is known."""
        if (notebook, language) not in self._keys:
            template = self.templates[notebook]
            self._keys[notebook, language] = content_key(self.job(notebook, template, {}, language=language))
        return self._keys[notebook, language]


@dataclass(frozen=True)
class Variant:
    """An assignment in one language: ``templates`` and ``files`` as those of Assignment. Its tests are the same."""

    templates: dict[str, bytes]
    files: Files


def _written(notebook: NotebookNode) -> bytes:
    return str(nbformat.writes(notebook)).encode()


def _graded(notebook: NotebookNode) -> list[tuple[str, str, float, str]]:
    """Return ``(grade id, kind, points, source)`` of the cells that give points; without the text of a question."""
    cells = [cell for cell in notebook.cells if is_grade(cell)]
    return [
        (grade_id(c), c.cell_type, c.metadata.nbgrader.points, "" if c.cell_type == "markdown" else c.source)
        for c in cells
    ]


def _limits(engine: Engine, config: Config) -> Limits:
    """Return the Limits; a time-out that was set for stock nbgrader holds here, too."""
    given = dict(engine.limits)
    for section in (kind.__name__ for kind in Execute.mro()):
        for name in {"timeout", "timeout_func"} & set(config.get(section, ())):
            seconds = config[section][name]
            if isinstance(seconds, DeferredConfigString):  # of the command line
                seconds = seconds.get_value(Execute.class_traits()[name])
            if "cell_seconds" in given:
                continue
            if name == "timeout_func" or not isinstance(seconds, (int, float)) or seconds <= 0:
                raise CourseError(
                    f"c.{section}.{name} = {seconds!r} cannot be kept: every cell needs a limit in seconds. "
                    'Set c.Engine.limits = {"cell_seconds": 60} in nbgrader_config.py.'
                )
            total = max(Limits.total_seconds, TIMEOUTS * seconds)
            given = {"total_seconds": total} | given | {"cell_seconds": seconds}
    try:
        return Limits(**given)
    except TypeError as error:
        raise CourseError(f"c.Engine.limits: {error}") from error


def _versions(path: Path, generator: GenerateAssignment) -> tuple[NotebookNode, NotebookNode]:
    """Return ``(template, stored)`` of a source notebook, by the course's own steps of generate_assignment.

    template: with solutions and hidden tests, and with what ``with_sources`` adds
    stored:   as SaveCells puts it into the gradebook
    """
    steps = [kind(parent=generator) for kind in map(_kind, generator.preprocessors)]
    saved = _first(steps, (SaveCells, ClearHiddenTests, ClearMarkScheme))
    cleared = min(_first(steps, ClearSolutions), saved)
    try:
        notebook = _read_source(path)
        _check_kernel(path, notebook)
        notebook = _run(steps[:cleared], _with_ids(notebook), path)
        stored = _run(steps[cleared:saved], notebook, path)
        # What the check says is the same of all versions, and it is slow.
        template = _run(steps[cleared:saved], notebook, path, ClearSolutions, CheckCellMetadata)
        released = _run(steps[saved:], stored, path, CheckCellMetadata)
    except CourseError:
        raise
    except Exception as error:
        raise CourseError(f"{path} cannot be read: {type(error).__name__}: {error}") from error
    hides = next((step for step in steps if isinstance(step, ClearHiddenTests)), ClearHiddenTests(parent=generator))
    marks = hides.begin_test_delimeter, hides.end_test_delimeter
    return with_sources(_with_ids(template), _sources(stored), _sources(released), marks), stored


def _told(setting: object) -> str:
    """Return what tells a setting from others at every run: of a function or a class its name, not its address."""
    name = getattr(setting, "__qualname__", None)
    return f"{getattr(setting, '__module__', '')}.{name}" if name else repr(setting)


def _kind(step: Any) -> Any:
    """Return the class of one of nbgrader's steps, which may be given by its name."""
    return import_item(step) if isinstance(step, str) else step


def _first(steps: list[Any], kinds: type | tuple[type, ...]) -> int:
    return next((number for number, step in enumerate(steps) if isinstance(step, kinds)), len(steps))


def _run(steps: list[Any], notebook: NotebookNode, path: Path, *without: type) -> NotebookNode:
    """Return a copy of a notebook after some of nbgrader's steps, but for those of some kinds."""
    notebook, resources = copy.deepcopy(notebook), {"metadata": {"path": str(path.parent), "name": path.stem}}
    for step in steps:
        if not isinstance(step, (SaveCells, *without)):
            notebook, resources = step(notebook, resources)
    return notebook


def _sources(notebook: NotebookNode) -> dict[str, str]:
    return {grade_id(c): c.source for c in notebook.cells if is_ours(c)}


def _with_ids(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook whose cells all have an id, the same at every run."""
    old, notebook.nbformat_minor = notebook.nbformat_minor, 5
    for number, cell in enumerate(notebook.cells):
        if old < 5 or "id" not in cell:  # cells had no ids yet
            cell.id = f"cell-{number}"
    return notebook


def _read_source(path: Path) -> NotebookNode:
    """Return a notebook of the instructor's. Ids that are missing or double would be others at each run."""
    text = path.read_text(encoding="utf-8")
    written = json.loads(text)
    ids = [cell.get("id") for cell in written.get("cells", [])]
    if any(ids) and len({*ids} - {None}) < len(ids):
        for number, cell in enumerate(written["cells"]):
            if ids.count(cell.get("id")) > 1 or not cell.get("id"):
                cell["id"] = f"cell-{number}"
        text = json.dumps(written)
    notebook: NotebookNode = nbformat.reads(text, as_version=4)
    return notebook


def _check_kernel(path: Path, notebook: NotebookNode) -> None:
    spec = notebook.metadata.get("kernelspec", {})
    language = spec.get("language") or notebook.metadata.get("language_info", {}).get("name")
    if (language or spec.get("name", "python")).lower().rstrip("23") not in ("python", "ipython"):
        raise CourseError(
            f"{path} is written for the kernel {spec.get('name')} ({language}). The engine runs Python alone. "
            f"To leave the assignment to stock nbgrader, set c.Engine.stock = [{path.parent.name!r}]."
        )


def _read_files(root: Path, ignored: Sequence[str], limit: int) -> dict[str, bytes]:
    """Return ``{relative path: content}`` of the instructor's files; links are followed, wherever they lead.

    Raises CourseError where one cannot be read, or is larger than the limits: nothing is left out in silence.
    """
    files, room = {}, FILES_BYTES
    for path in _walk(root, ignored):
        try:
            kind = os.stat(path)
            if not stat.S_ISREG(kind.st_mode):
                raise CourseError(f"{path} is not a regular file. Take it out of source/.")
            if kind.st_size > min(limit, room):
                raise CourseError(_too_large(path, kind.st_size, limit))
            content = path.read_bytes()
        except OSError as error:
            raise CourseError(f"{path} cannot be read: {error}") from error
        files[str(path.relative_to(root))] = content
        room -= len(content)
    return files


def _too_large(path: Path, size: int, limit: int) -> str:
    if size > limit:
        return f'{path} has {size:,} bytes; the limit is {limit:,} (c.Engine.limits = {{"file_bytes": ...}}).'
    return f"{path} has {size:,} bytes: with it the files of the assignment are larger than {FILES_BYTES:,} in all."


def _walk(root: Path, ignored: Sequence[str]) -> Iterator[Path]:
    """Yield the files below a folder that are no notebooks, each folder once."""
    seen = set()
    for folder, folders, names in os.walk(root, followlinks=True, onerror=_raise):
        real = os.path.realpath(folder)
        folders[:] = [] if real in seen else sorted(f for f in folders if not _is_ignored(f, ignored))
        if real not in seen:
            yield from (Path(folder, n) for n in sorted(names) if not _is_ignored(n, [*ignored, "*.ipynb"]))
        seen.add(real)


def _is_ignored(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _raise(error: OSError) -> None:
    raise CourseError(f"{error.filename} cannot be read: {error}") from error
