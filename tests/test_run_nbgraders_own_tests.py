"""nbgrader's own tests of autograding, feedback, export and its API hold with the engine, but for a list."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree

from tools.notebooks import ROOT
from tools.release import environment

MODULES = "test_nbgrader_autograde", "test_nbgrader_generate_feedback", "test_nbgrader_export", "test_api"
# Of the API, what autogrades or shows what was graded; the rest moves files about.
CHOSEN = "not TestNbGraderAPI or autograd or feedback or get_submission or get_student or notebook_submission"
MISSING = "a notebook that is missing or cannot be matched is graded with a reason: a person must look"
METADATA = "equal notebooks differ in what the engine notes in their metadata: time, memory, key"
DELIBERATE = {  # described in grading/README.md
    "test_no_execute": "grades never rest on outputs that were handed in",
    "test_showtraceback_exploit": "every cell has a time limit; test_engine_beside tries the exploit with one",
    "test_side_effects": "files that a submission writes are gone when it is done",
    "test_missing_source_kernelspec": "the kernel is the instructor's, whatever the submission names",
    "test_handle_failure": MISSING,
    "test_handle_failure_single_notebook": MISSING,
    "test_missing_files": MISSING,
    "test_grade_missing_notebook": MISSING,
    "test_get_student_notebook_submissions": MISSING,
    "test_force_single_notebook": METADATA,
    "test_update_newer_single_notebook": METADATA,
}


def test_only_what_differs_on_purpose_fails(tmp_path):
    command = [sys.executable, "-m", "pytest", "-p", "with_engine", "-p", "no:cacheprovider", "-n", "2", "-q"]
    command += ["-k", CHOSEN, f"--junitxml={tmp_path / 'report.xml'}", "--pyargs"]
    command += [f"nbgrader.tests.apps.{module}" for module in MODULES]
    variables = environment() | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True)
    cases = ElementTree.parse(tmp_path / "report.xml").findall(".//testcase")
    failed = {case.get("name") for case in cases if case.find("failure") is not None or case.find("error") is not None}
    assert len(cases) > 60
    assert failed == set(DELIBERATE), done.stdout[-5000:]
