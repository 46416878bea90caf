"""From a job to its outcome: rebuild the notebook, run it, and tell what came of it."""

import json
import time
from dataclasses import replace

from grading.run import outputs, sandbox
from grading.run.cells import grade_id, is_test
from grading.run.job import Job, Outcome, Verdict
from grading.run.rebuild import rebuild, safe_files
from grading.run.runner import CannotRestartError, NotebookRunner


def as_unicode(text: str) -> str:
    """Return ``text`` without what UTF-8 cannot encode; two halves of a letter become that letter."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def grade(job: Job, line: sandbox.Line, compiled: dict[str, bytes], modules: list[str]) -> Outcome:
    """Return the Outcome of a job, whose student code runs on ``line``.

    compiled: {relative path: content} of files that spare Python work
    modules:  what the instructor's code imports, which is imported before student code runs
    """
    began = time.monotonic()
    notebook, notices, failed = rebuild(job.template, job.submission)
    if job.require_sandbox and sandbox.problem():
        failed = f"It was not run: a sandbox is required, but {sandbox.problem()}."
    files, left_out = safe_files(job.files)
    runner = NotebookRunner(job, notebook, line, compiled | files, modules)
    try:
        if not failed:
            runner.run()
    except CannotRestartError as error:
        (lost,) = error.args
        failed = f"It could not be run: {lost}."
        runner.slow |= lost.slow
    finally:
        runner.close()
    for cell in notebook.cells:
        if is_test(cell) and grade_id(cell) not in runner.verdicts:
            runner.verdicts[grade_id(cell)] = Verdict(False, failed)
            if cell.cell_type == "code":
                cell.outputs = [outputs.error("NotPassed", failed, spoken=True)]
    return Outcome(
        notebook=as_unicode(json.dumps(notebook, ensure_ascii=False)),
        verdicts={key: replace(v, message=as_unicode(v.message)) for key, v in runner.verdicts.items()},
        notices=[as_unicode(notice) for notice in left_out + notices + runner.notices],
        failed=as_unicode(failed),
        slow=runner.slow,
        sandbox=sandbox.level(),
        seconds=time.monotonic() - began,
        peak_bytes=runner.peak_bytes,
    )
