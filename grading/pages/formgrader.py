"""What formgrader shows of a submission with answers in words: these answers, and all the rest folded."""

from itertools import groupby
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from grading.run.cells import is_by_hand, is_test


class FoldMachineGraded(Preprocessor):
    """Mark the runs of cells that a person need not grade; ``templates/formgrader.html.j2`` folds them.

    What stays open is each answer that is graded by hand, and the Markdown cell before it, which asks the question.
    A notebook without such answers stays as it is.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        by_hand = [is_by_hand(cell) for cell in nb.cells]
        asks = [
            after and cell.cell_type == "markdown" for cell, after in zip(nb.cells, [*by_hand[1:], False], strict=True)
        ]
        shown = [hand or ask for hand, ask in zip(by_hand, asks, strict=True)]
        for cell in nb.cells:
            cell.metadata.pop("folded", None)
        for open_, run in groupby(zip(nb.cells, shown, strict=True), lambda pair: pair[1]):
            if any(by_hand) and not open_:
                _fold([cell for cell, _ in run])
        return nb, resources


def _fold(cells: list[NotebookNode]) -> None:
    checks = [cell for cell in cells if is_test(cell)]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    failed = sum(any(output.output_type == "error" for output in cell.get("outputs", [])) for cell in checks)
    pictures = sum(any(kind.startswith("image/") for kind in output.get("data", {})) for output in outputs)
    cells[0].metadata.folded = {"cells": len(cells), "checks": len(checks), "failed": failed, "pictures": pictures}
    cells[-1].metadata.setdefault("folded", {})["end"] = True
