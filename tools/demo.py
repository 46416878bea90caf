"""Grade a class of twelve students and check every grade.

    python -m tools.demo [folder]

The folder (demo/ if none is named; it is made anew) becomes an nbgrader course with
submissions, grades, feedback pages, a page about the class and grades.csv. The exit status is 1 if a grade is not
what the class list below says.
"""

import argparse
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from tools import variants
from tools.classroom import Course
from tools.notebooks import ROOT, Answers, assignments, graded_names, load, reference_answers
from tools.release import Done

UNWRITTEN, HALF, SOLVED = "nothing", "first half", "everything"


@dataclass(frozen=True)
class Student:
    """One student: what was answered, what is wrong with it, and the points this deserves."""

    name: str
    story: str
    points: tuple[int, ...]  # for each assignment, in course order, without the answers that a teacher grades by hand
    answered: str = SOLVED
    unusual: int | None = None  # take this right variant of every exercise, not the reference
    mistakes: dict[str, str] = field(default_factory=dict)  # {exercise: label of a wrong variant}
    broken: Answers = field(default_factory=dict)  # {grade id: source of a cell that does not even run}


GUESSES = {f"quiz-{i}": f'def quiz_{i}():\n    return "a"\n' for i in range(1, 6)}
CRASHES = {
    "cross-entropy": "def cross_entropy(y_true, P)\n    return 0\n",
    "numerical-gradient": "def numerical_gradient(f, theta, h=1e-5):\n    return numerical_gradient(f, theta, h)\n",
    "cost": "def cost(Thetas, X, Y, lam):\n    raise SystemExit\n",
    "tanh": "class Tanh(Layer):\n    def forward(self, Z):\n        return Z[99, 99]\n",
    "topological-order": "def topological_order(root):\n    return topological_order(root)\n",
    "confusion-matrix": "def confusion_matrix(y_true, y_pred, n_classes):\n    return y_true[10**9]\n",
}
CLASS = (
    Student("ada", "everything right", (40, 40, 40, 40, 28, 40)),
    Student("ben", "right, written unusually", (40, 40, 40, 40, 28, 40), unusual=0),
    Student("chen", "right, written unusually", (40, 40, 40, 40, 28, 40), unusual=1),
    Student("dina", "right, written unusually", (40, 40, 40, 40, 28, 40), unusual=2),
    Student(
        "emil",
        "one mistake in each",
        (35, 39, 38, 38, 25, 38),
        mistakes={
            "softmax": "sums-over-examples",
            "numerical_gradient": "forward-difference",
            "relu_derivative": "returns-relu",
            "Softmax": "only-the-diagonal",
            "confusion_matrix": "transposed",
            "Value": "slope-of-tanh-without-the-square",
        },
    ),
    Student(
        "fatma",
        "two mistakes in each",
        (33, 35, 38, 38, 24, 32),
        mistakes={
            "sigmoid": "overflows-to-nan",
            "logistic_loss": "sum-instead-of-mean",
            "linear_regression_gradient": "without-the-factor-two",
            "sgd": "one-shuffle-for-all-epochs",
            "initialize": "not-scaled",
            "cost": "penalises-biases",
            "CrossEntropyLoss": "backward-forgets-1-over-m",
            "train_epoch": "plain-mean-of-the-batches",
            "split": "shuffles-x-and-y-apart",
            "fit": "measured-before-the-epoch",
            "topological_order": "each-use-again",
            "mlp_loss": "graph-ends-at-the-hidden-units",
        },
    ),
    Student(
        "goran",
        "turns matrices the wrong way",
        (29, 35, 40, 30, 24, 29),
        mistakes={
            "linear_scores": "forgets-the-transpose",
            "softmax": "sums-over-everything",
            "repaired_log_softmax": "not-repaired",
            "softmax_regression_gradient": "transposed",
            "Linear": "weights-lie-the-other-way",
            "ReLU": "changes-its-input",
            "Network": "forward-starts-at-the-last-layer",
            "prepare": "examples-in-columns",
            "accuracy": "wrong-axis",
            "topological_order": "root-first",
            "mlp_loss": "columns-instead-of-rows",
        },
    ),
    Student(
        "hana",
        "mixes up signs",
        (30, 25, 38, 39, 23, 32),
        mistakes={
            "sigmoid": "sign-of-the-exponent",
            "cross_entropy": "forgets-the-minus",
            "gradient_descent": "goes-uphill",
            "linear_regression_gradient": "wrong-sign",
            "logistic_regression_gradient": "wrong-sign",
            "train": "goes-uphill",
            "Tanh": "forgets-the-square",
            "prepare": "turned-into-negatives",
            "build_mlp": "softmax-at-the-end",
            "Value": "difference-with-slopes-of-a-sum",
            "mlp_loss": "forgets-the-minus",
        },
    ),
    Student("ivan", "answers a to every question", (36, 36, 36, 36, 24, 36), broken=GUESSES),
    Student("jun", "nothing", (0, 0, 0, 0, 0, 0), answered=UNWRITTEN),
    Student("kofi", "one function of each crashes", (35, 36, 37, 38, 25, 35), broken=CRASHES),
    Student("lena", "the first half", (27, 28, 22, 27, 14, 35), answered=HALF),
)


def answers(student: Student, assignment: str) -> Answers:
    """Return ``{grade id: source}``: what the student hands in."""
    given, known = reference_answers(assignment), variants.read(assignment)
    for name, key in graded_names(load(assignment)).items():
        exercise = known[name]
        if student.unusual is not None:
            right = [v for v in exercise.variants if not v.wrong]
            given[key] = right[student.unusual].source
        if name in student.mistakes:
            given[key] = exercise.find(student.mistakes[name]).source
    given |= {key: source for key, source in student.broken.items() if key in given}
    kept = {UNWRITTEN: 0, HALF: len(given) // 2, SOLVED: len(given)}[student.answered]
    return dict(list(given.items())[:kept])


def grade_class(folder: Path, students: Sequence[Student] = CLASS) -> Course:
    """Build the course, grade it, write feedback and the class page; return the course."""
    course = Course(folder)
    steps = [(a, step) for a in assignments() for step in (hand_out, hand_in, grade, give_feedback)]
    for assignment, step in (bar := tqdm(steps)):
        bar.set_description(f"{assignment}: {step.__name__.replace('_', ' ')}")
        step(course, assignment, students)
    _finished(course.report())
    return course


def hand_out(course: Course, assignment: str, students: Sequence[Student]) -> None:
    """Generate the release version."""
    course.generate(assignment)


def hand_in(course: Course, assignment: str, students: Sequence[Student]) -> None:
    """Put every student's answers where nbgrader collects them."""
    for student in students:
        course.submit(student.name, assignment, answers(student, assignment))


def grade(course: Course, assignment: str, students: Sequence[Student]) -> None:
    """Run the engine; show its summary, which names the sandbox and what students are told."""
    process = course.grade(assignment)
    tqdm.write(process.stdout)
    if process.returncode > 1:
        raise RuntimeError(process.stderr)


def give_feedback(course: Course, assignment: str, students: Sequence[Student]) -> None:
    """Write the feedback pages."""
    _finished(course.feedback(assignment))


def _finished(process: Done) -> None:
    if process.returncode:
        raise RuntimeError(process.stdout + process.stderr)


def report(course: Course, students: Sequence[Student] = CLASS) -> int:
    """Print what every student got and should have got; return how many grades differ."""
    names = assignments()
    print(f"{'student':<8} {'handed in':<34}" + "".join(f"{a[:2]:>12}" for a in names))
    differ = 0
    for student in students:
        row = ""
        for assignment, expected in zip(names, student.points, strict=True):
            scores = course.scores(student.name, assignment)
            got = None if scores is None else sum(scores.values())
            differ += got != expected
            row += f"{_number(got)} {'=' if got == expected else '!='} {expected}".rjust(12)
        print(f"{student.name:<8} {student.story:<34}{row}")
    print("Each entry: points from the gradebook = points expected.")
    return differ


def _number(points: float | None) -> str:
    return "none" if points is None else f"{points:g}"


def main() -> None:
    """Grade the class, print the table and where to look."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "demo")
    folder = parser.parse_args().folder
    shutil.rmtree(folder, ignore_errors=True)
    course = grade_class(folder)
    differ = report(course)
    print(f"\nGrades of all exercises: {course.export()}")
    print(f"A feedback page for each student: {folder / 'feedback'}")
    print(f"The class at a glance: {folder / 'reports' / 'class.html'}")
    if differ:
        sys.exit(f"{differ} grades are not what was expected.")
    print("Every grade is as expected.")


if __name__ == "__main__":
    main()
