"""Rebuild what is graded: the instructor's notebook with the student's answers in it.

Test cells and locked cells are the instructor's, whatever was submitted. An answer is found by its
grade id, by its cell id, or by what it was handed out as. All other cells of the student stay where
they stood, as plain cells: an answer may lean on them, or stand there itself. So each name has the
value that it would have had in the student's own kernel, from top to bottom. All other metadata of
the submission is dropped.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_locked, is_solution, is_task

from grading.run.cells import grade_id, is_by_hand, is_ours, is_test
from grading.run.given import GivenCell, read_cells
from grading.run.syntax import bound_names, top_names
from grading.run.template import known_sources, read_template, released

Placed = tuple[int, NotebookNode]  # a cell, and the number of the one of ours that it follows or is
MISSING_CODE = "# This cell was missing from the submission."
MISSING_TEXT = "*This cell was missing from the submission. The answer may stand elsewhere in the notebook.*"


def rebuild(template: bytes, submission: bytes) -> tuple[NotebookNode, list[str], str]:
    """Return ``(notebook, notices, failed)``.

    template, submission: notebooks as JSON; the submission may be anything
    notices: what was repaired, in words for the student
    failed: why no answer could be read, or ''
    """
    official = nbformat.from_dict(released(template))  # a copy
    given, failed = read_cells(submission)
    if failed:
        return official, [], failed
    merge = _Merge(template, official.cells, given)
    if failed := merge.failed():
        return official, [], failed
    official.cells = merge.cells()
    return official, merge.notices, ""


def safe_files(files: dict[str, bytes]) -> tuple[dict[str, bytes], list[str]]:
    """Return ``(files, notices)``: those of ``{relative path: content}`` that stay inside the folder."""
    outside = [name for name in files if ".." in Path(name).parts or Path(name).is_absolute()]
    notices = [f"The file {name} lies outside of the folder. It was left out." for name in outside]
    return {name: content for name, content in files.items() if name not in outside}, notices


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _ordinal(number: int) -> str:
    return ("first", "second", "third", "fourth", "fifth")[number] if number < 5 else f"{number + 1}th"


def has_work(template: bytes, submission: bytes) -> bool:
    """Say whether a notebook holds anything that was not handed out, or cannot be read."""
    given, failed = read_cells(submission)
    known = known_sources(template)
    return bool(failed) or any(cell.node.source.strip() not in known for cell in given)


class _Merge:
    """Puts the given cells into the official ones.

    notices: what was repaired, in words for the student
    """

    def __init__(self, template: bytes, official: Sequence[NotebookNode], given: Sequence[GivenCell]) -> None:
        self.notices: list[str] = []
        self._asked, self._handed_out = read_template(template).asked, read_template(template).handed_out
        self._ours = {grade_id(c): c for c in official if is_ours(c)}
        self._place: dict[str | None, int] = {None: -1} | {key: number for number, key in enumerate(self._ours)}
        self._known = known_sources(template)
        locked = [c for c in self._ours.values() if c.cell_type == "code" and not is_solution(c)]
        self._answers = set().union(*self._asked.values()) - set().union(*(bound_names(c.source) for c in locked))
        self._given = set().union(*(top_names(c.source) for c in locked))
        keys = self._ids(given)
        self._nameless = bool(self._ours) and not any(keys)  # such a notebook has lost what nbgrader keeps in its cells
        self._found: dict[str, NotebookNode] = {}  # the first copy of each of our cells
        self._plain: dict[str | None, list[NotebookNode]] = {key: [] for key in self._place}  # what follows each
        self._copies: dict[str, list[Placed]] = {}  # all copies of each
        self._sort(given, self._by_source(given, keys))

    def _ids(self, given: Sequence[GivenCell]) -> list[str | None]:
        """Return the grade id of each given cell that says so itself, else None."""
        by_cell_id = {cell.id: key for key, cell in self._ours.items()}
        return [cell.grade_id if cell.grade_id in self._ours else by_cell_id.get(cell.cell_id) for cell in given]

    def _by_source(self, given: Sequence[GivenCell], keys: Sequence[str | None]) -> list[str | None]:
        """Return ``keys``, with those of the cells that are as they were handed out, where no cell claims the key."""
        texts = Counter(self._handed_out.values())
        claimed = set(keys)
        lost = {text: key for key, text in self._handed_out.items() if key not in claimed and texts[text] == 1}
        return [key or lost.pop(cell.node.source, None) for key, cell in zip(keys, given, strict=True)]

    def _sort(self, given: Sequence[GivenCell], keys: Sequence[str | None]) -> None:
        last = None
        for key, cell in zip(keys, given, strict=True):
            if key is None:
                self._plain[last].append(cell.node)
            elif key not in self._found:
                self._keep_answers(key, cell.node, self._plain[last])
                self._found[key], last = cell.node, key
                self._copies[key] = [(self._place[key], cell.node)]
            else:  # below the first one, where the student's kernel meets it
                where = max(last, key, key=self._place.__getitem__)
                self._plain[where].append(cell.node)
                self._copies[key].append((self._place[where], cell.node))

    def _keep_answers(self, key: str, node: NotebookNode, plain: list[NotebookNode]) -> None:
        """Keep as a plain cell what was written into one of the cells that the instructor's own replaces."""
        cell = self._ours[key]
        changed = not is_solution(cell) and node.source != self._handed_out.get(key)
        if changed and node.cell_type == cell.cell_type == "markdown" and node.source.strip() not in self._known:
            plain.append(node)
            self.notices.append(f"The text of the cell {key} was changed. It was put back below yours.")
        if not changed or not node.cell_type == cell.cell_type == "code":
            return
        names = bound_names(node.source) & self._answers
        if not is_test(cell):
            names |= top_names(node.source) - self._given
        if names:
            plain.append(node)
            self.notices.append(f"The cell {key} was changed. It was put back below what it defines: {_listed(names)}.")

    def failed(self) -> str:
        """Say why this is no work on this assignment that could be graded, or ''."""
        answers = [key for key, cell in self._ours.items() if is_solution(cell)]
        lost = [key for key in answers if key not in self._found and not self._definers(key)]
        if answers and len(lost) == len(answers):
            return "It has none of the cells that hold the answers of this assignment."
        lost = [key for key in lost if self._ours[key].cell_type == "code"]
        if self._nameless and lost:
            return f"Its cells have lost their names, and the answers cannot be told apart ({', '.join(lost)})."
        return ""

    def cells(self) -> list[NotebookNode]:
        """Return the cells of the rebuilt notebook."""
        if self._nameless:
            self.notices.append("The cells had lost their names. The answers were found by what they define.")
        for key, cell in self._ours.items():
            if key in self._found:
                self._fill(key, cell)
            else:
                self._replace(key, cell)
        cells = list(self._plain[None])
        for key, cell in self._ours.items():
            cells += [cell, *self._plain[key]]
        for number, cell in enumerate(itertools.chain(*self._plain.values())):
            cell.id = f"added-{number}"  # the same at every run
        return cells

    def _fill(self, key: str, cell: NotebookNode) -> None:
        """Put the student's answer into the official cell, where it takes one."""
        answer = self._found[key]
        if len(self._copies[key]) > 1:
            answer = self._choose(key, cell)
        if answer.cell_type != cell.cell_type:
            self.notices.append(f"The cell {key} had become a {answer.cell_type} cell. It was turned back.")
        if is_by_hand(cell) and self._stands_beside(key, answer):
            cell.metadata["nbgrader"].pop("checksum")  # nbgrader takes an answer with it for untouched
            self.notices.append(f"The cell {key} is as it was handed out. A person looks at what stands beside it.")
        if is_solution(cell) or (is_task(cell) and not is_locked(cell)):
            cell.source = answer.source
            if cell.cell_type == "markdown" and "attachments" in answer:
                cell.attachments = answer.attachments

    def _stands_beside(self, key: str, answer: NotebookNode) -> bool:
        """Say whether an answer was left as it was, and the student wrote something below it, or above since the last.

        It may be in a cell of the student's, or in the question.
        """
        near: list[str | None] = [key]
        for other in reversed(list(self._ours)[: self._place[key]]):
            near.append(other)
            if is_solution(self._ours[other]):
                break
        else:
            near.append(None)  # what stands above all
        untouched = answer.source.strip() in self._known
        return untouched and any(node.source.strip() not in self._known for k in near for node in self._plain[k])

    def _choose(self, key: str, cell: NotebookNode) -> NotebookNode:
        """Return the copy that stands in the place of the answer; say which copy counts."""
        copies = [node for _, node in self._copies[key]]
        if not is_solution(cell):
            counts = "The instructor's own counts"
        elif is_by_hand(cell):  # the last one that was changed; a person sees the other ones below it
            changed = [number for number, node in enumerate(copies) if node.source != self._handed_out.get(key)]
            number = changed[-1] if changed else 0
            self._swap(copies[0], copies[number])
            copies, counts = [copies[number]], f"Its {_ordinal(number)} copy counts as the answer"
        else:
            counts = self._counted(key)
        self.notices.append(f"The cell {key} was there more than once. {counts}.")
        return copies[0]

    def _swap(self, first: NotebookNode, other: NotebookNode) -> None:
        """Let the first copy of a cell stand where the other one stood."""
        for nodes in self._plain.values():
            nodes[:] = [first if node is other else node for node in nodes]

    def _counted(self, key: str) -> str:
        """Say which copies of a code cell count: for each test the last one above it, as in the student's kernel."""
        counted: dict[int, list[str]] = {}
        defining = [(n, place) for n, (place, node) in enumerate(self._copies[key]) if self._defines(node, key)]
        for test in self._tests_of(key):
            above = [n for n, place in defining if place < self._place[test]]
            counted.setdefault(above[-1] if above else 0, []).append(test)
        if len(counted) < 2:
            return f"Its {_ordinal(*counted or [0])} copy counts as the answer"
        told = (f"its {_ordinal(number)} copy counts for {' and '.join(tests)}" for number, tests in counted.items())
        return f"In the order of the notebook, {', '.join(told)}"

    def _tests_of(self, key: str) -> list[str]:
        """Return the keys of the tests below one of our cells that use what it asks for."""
        below = [k for k, c in self._ours.items() if is_test(c) and self._place[k] > self._place[key]]
        return [k for k in below if self._asked.get(key, set()) & set(re.findall(r"\w+", self._ours[k].source))]

    def _replace(self, key: str, cell: NotebookNode) -> None:
        """Do without a cell that is missing: nothing in its place must take the place of what the student wrote."""
        if not is_solution(cell):
            self.notices.append(f"The cell {key} was missing. It was put back.")
        elif is_by_hand(cell):
            cell.source = MISSING_CODE if cell.cell_type == "code" else MISSING_TEXT
            self.notices.append(f"The cell {key} was missing. A person looks for the answer.")
        elif definers := self._definers(key):
            self._adopt(key, cell, definers)
        else:
            cell.source = MISSING_CODE
            self.notices.append(f"The cell {key} was missing. It counts as not answered.")

    def _definers(self, key: str) -> list[Placed]:
        """Return ``[(place, node)]`` of the student's other cells that together define what one of ours asks for."""
        cells = [(self._place[k], node) for k, nodes in self._plain.items() for node in nodes]
        cells += [(self._place[k], node) for k, node in self._found.items() if is_solution(self._ours[k])]
        definers = [(place, node) for place, node in cells if self._defines(node, key)]
        defined = set().union(*(bound_names(node.source) for _, node in definers))
        return definers if self._asked.get(key, set()) <= defined else []

    def _defines(self, node: NotebookNode, key: str) -> bool:
        return node.cell_type == "code" and bool(bound_names(node.source) & self._asked.get(key, set()))

    def _adopt(self, key: str, cell: NotebookNode, definers: list[Placed]) -> None:
        """Let count what other cells define; where all of them stand below the test, they are moved above it."""
        cell.source = MISSING_CODE
        tests = [self._place[test] for test in self._tests_of(key)]
        if tests and all(place >= tests[0] for place, _ in definers):
            moved = [node for _, node in definers]
            cell.source = "\n\n".join(node.source for node in moved)
            for nodes in self._plain.values():
                nodes[:] = [node for node in nodes if not any(node is other for other in moved)]
        if not self._nameless:
            names = _listed(self._asked[key])
            self.notices.append(f"The cell {key} was missing. {names} counts as defined elsewhere in the notebook.")
