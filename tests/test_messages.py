"""What helpers and notebooks say can be edited and translated: each text is whole, and no code reads it."""

import ast
import importlib
import linecache
import re
import string
import sys
from types import ModuleType

import messages
import nbformat
import numpy as np
import pytest

from tools.helpers import SHARED
from tools.notebooks import SOURCE, assignments, lessons, notebook_path

NAMES = [name for name in vars(messages) if name.isupper()]
READERS = ("checks", "errors", "reasons", "relations")
X = np.arange(15.0).reshape(5, 3) ** 2 - 7.3


def fields(template):
    return {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}


@pytest.fixture
def translated(monkeypatch):
    """The helper ``checks`` where each message says only its name and, the last one first, its fields."""
    other = ModuleType("messages")
    for name in NAMES:
        shown = [f"{{{field}}}" for field in sorted(fields(getattr(messages, name)), reverse=True)]
        setattr(other, name, " ".join([name, *shown]))
    monkeypatch.setitem(sys.modules, "messages", other)
    for name in READERS:
        monkeypatch.delitem(sys.modules, name, raising=False)
    helpers = {name: importlib.import_module(name) for name in reversed(READERS)}
    yield helpers["checks"]
    for name in READERS:  # monkeypatch puts the others back
        sys.modules.pop(name, None)


def said(checks, answer, expected, **options):
    check = checks.Check("answer", answer, **options)
    with pytest.raises(checks.CheckFailed) as caught:
        check.same(check.call(X=X), expected)
        check.unchanged()
    return str(caught.value)


def fails(x):
    return x @ x


def changes(x):
    x[0] = 0
    return 1.0


@pytest.mark.parametrize(
    ("answer", "expected", "names"),
    [
        (lambda x: None, 1.0, "ABOUT RETURNS_NONE CALLED ARGUMENT"),
        (lambda x: [1.0], [1.0, 2.0], "ABOUT OTHER_LENGTH_MANY CALLED ARGUMENT GOT"),
        (lambda x: 5 * x, X, "ABOUT WRONG_VALUES LIKELY_REASON DIVIDE_BY_SIZE FACTOR_ALL_LARGER GOT EXPECTED"),
        (lambda x: x.T, X, "OTHER_SHAPE LIKELY_REASON TRANSPOSED GOT EXPECTED"),
        (fails, 1.0, "STOPPED LIKELY_REASON A_PRODUCT_DIFFERS CALLED"),
        (changes, 1.0, "CHANGED_ARGUMENT BEFORE AFTER FIRST_CHANGE"),
    ],
    ids=["None", "length", "factor", "transpose", "error", "change"],
)
def test_the_choice_of_a_message_depends_on_no_text(translated, answer, expected, names):
    text = said(translated, answer, expected)
    assert set(names.split()) <= set(re.findall(r"[A-Z_\d]{3,}", text)), text


@pytest.mark.parametrize("answer", [lambda x: 5 * x, lambda x: x.T, fails], ids=["factor", "transpose", "error"])
def test_a_hidden_test_shows_no_inputs_in_any_language(translated, answer):
    text = said(translated, answer, X, hidden=True)
    assert "HIDDEN" in text and not {"GOT", "EXPECTED", "CALLED", "ARGUMENT"} & set(text.split())


def test_a_letter_in_a_variable_of_the_notebook_is_a_letter(translated):
    check = translated.Check("quiz", of_notebook("b = 'b'\ndef answer():\n    return b\n"))
    assert check.letter() == "b"


STOPS = [  # a line that stops, and the message that says why
    ("return np.max(X, 0.5)", "BIGGEST_OF_TWO"),
    ("return np.zeros((X.sum(), 2))", "FLOAT_FOR_NUMBER"),
    ("return np.ndindex(X)", "SHAPE_TO_COUNT"),
    ("return X if X > 0 else 0", "ONE_NUMBER_DECIDES"),
    ("for _ in len(X): pass", "RANGE_MISSING"),
    ("n = 3\n    for _ in n: pass", "RANGE_MISSING"),
    ("a, b = 3", "ONE_FOR_SEVERAL"),
    ("params = {'W': X}\n    return params[W]", "NAME_IN_BRACKETS"),
    ("return W + X", "NAME_UNKNOWN"),
    ("return {'W': X}.W", "DICT_HAS_NO"),
    ("return X['W']", "QUOTES_FOR_DICT_ONLY"),
    ("found = 1, 2\n    return found['W']", "QUOTES_FOR_DICT_ONLY"),
    ("return X[0.5]", "INDEX_IS_NO_NUMBER"),
    ("place = np.zeros(3)\n    place[0] = X[0]", "PLACE_FOR_ONE_NUMBER"),
    ("return np.array([[1], [1, 2]])", "ROWS_OF_DIFFERENT_LENGTH"),
    ("return X.T()", "NO_BRACKETS_AFTER_T"),
    ("return X(1)", "NOT_CALLABLE"),
    ("return X ^ 2", "POWER_SIGN"),
    ("return math.exp(1)", "MATH_NOT_IMPORTED"),
    ("return np.exp * 2", "FUNCTION_IN_CALCULATION"),
    ("return np.hstack([np.ones(5), X])", "OTHER_AXES_DIFFER"),
    ("return np.hstack([np.ones((4, 1)), X])", "OTHER_SIZES_DIFFER"),
    ("return X / X.sum(axis=1)", "COLUMN_NEEDED"),
    ("y = np.zeros(5)\n    return X - y", "LABELS_ARE_NUMBERS"),
    ("found = [].append(X)\n    return found.T", "NONE_HAS_NO"),
    ("return answer(X)", "WITHOUT_END"),
    ("class Number: pass\n    import math\n    return math.exp(Number())", "OBJECT_IN_MATH"),
    ("class Layer:\n        def forward(self, X): pass\n    return Layer.forward(X)", "OBJECT_MISSING"),
    ("def inner(a, b): pass\n    return inner(X)", "ARGUMENT_MISSING"),
    ("class Layer:\n        def _init_(self, n): pass\n    return Layer(3)", "NO_INIT"),
    ("class Layer:\n        def __init__(self, n): pass\n    return Layer(3, 4)", "TAKES_OTHER_NUMBER"),
    ("params = [1]\n    def gradient(a, b, c, d): pass\n    return gradient(X, X, params)", "STAR_MISSING"),
    ("return X.sum(axis=1, keepdim=True)", "OTHER_LIBRARY"),
    ("return X.sum(axis=1, keepdms=True)", "ARGUMENT_UNKNOWN"),
    ("def own(x): pass\n    return own(X, rand=3)", "ARGUMENT_UNKNOWN"),
    ("return np.random.default_rng(1).randperm(5)", "OTHER_LIBRARY"),
    ("return X.clamp(0, 1)", "OTHER_LIBRARY"),
    ("return X.randperm(5)", "ARRAY_HAS_NO"),
    ("sum = sum(X)\n    return sum", "HIDES_FUNCTION"),
    ("y = log + 1\n    log = 3", "USED_TOO_EARLY"),
    ("y = np.mean(mean)\n    mean = 3", "USED_TOO_EARLY"),
    ("y = own(X)\n    def own(x): pass", "USED_TOO_EARLY"),
    ("return np.zeros(3, 4)", "SHAPE_IN_BRACKETS"),
]
DEF_LINES = [  # a def line, and the message that says what is wrong with it
    ("def answer(y, X):", "PARAMETERS_MIXED"),
    ("def answer(self, X, y):", "ARGUMENT_NOT_GIVEN self"),
    ("def answer(X, n, y):", "ARGUMENT_NOT_GIVEN n"),
    ("def answer(X, y, n=3):", ""),
    ("def answer(y, *X):", ""),
    ("def answer(a, b):", ""),
]
METHODS = [
    ("return self.rate", "ARGUMENT_WITHOUT_SELF"),
    ("return self.W", "SELF_HAS_NO"),
    ("self.data = 1.0\n        return self.data + rate.data", "OTHER_HAS_NO"),
    ("return rate.W", "OBJECT_HAS_NO"),
    ("return self.helper()", "METHOD_UNKNOWN"),
]


def of_notebook(source):
    """Return ``answer`` of a cell with this source."""
    linecache.cache["<cell>"] = (len(source), None, source.splitlines(keepends=True), "<cell>")
    names = {"__name__": "__main__", "np": np}
    exec(compile(source, "<cell>", "exec"), names)
    return names["answer"]


def likely_reason(action, checks):
    with pytest.raises(checks.CheckFailed) as caught:
        action()
    return re.findall(r"LIKELY_REASON .*", str(caught.value))[0]


@pytest.mark.parametrize(("line", "name"), STOPS)
def test_an_error_is_explained_by_its_line(translated, line, name):
    answer = of_notebook(f"def answer(X):\n    {line}\n")
    assert name in likely_reason(lambda: translated.Check("answer", answer).call(X=X), translated).split()


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize(("line", "says"), DEF_LINES)
def test_a_def_line_that_does_not_fit_the_call_is_named_unless_it_may_tell_what_is_hidden(
    translated, line, says, hidden
):
    check = translated.Check("answer", of_notebook(f"{line}\n    return None\n"), hidden)
    with pytest.raises(translated.CheckFailed) as caught:
        check.same(check.call(X=X, y=X[0]), 1.0)
    reason = " ".join(re.findall(r"LIKELY_REASON (.*)", str(caught.value)))
    named = {"PARAMETERS_MIXED", "ARGUMENT_NOT_GIVEN"} & set(reason.split())
    assert set(says.split()) <= set(reason.split()) if says and not hidden else not named


@pytest.mark.parametrize(("line", "name"), [("self", "METHOD_TAKES_OTHER"), ("rate", "SELF_FORGOTTEN")])
def test_self_is_missed_only_where_it_is_missing(translated, monkeypatch, line, name):
    made_of = of_notebook(f"class answer:\n    def update({line}): pass\n")
    notebook = ModuleType("__main__")
    notebook.answer = made_of
    monkeypatch.setitem(sys.modules, "__main__", notebook)
    check = translated.Check("answer", made_of)
    made = check.call()
    assert name in likely_reason(lambda: check.method(made, "update", rate=0.5), translated)


def test_an_error_in_a_comprehension_came_up_in_its_function(translated):
    answer = of_notebook("def answer(X):\n    return [W + x for x in X]\n")
    reason = likely_reason(lambda: translated.Check("answer", answer).call(X=X), translated)
    assert {"NAME_UNKNOWN", "answer"} <= set(reason.split())


@pytest.mark.parametrize(("line", "name"), METHODS)
def test_an_error_in_a_method_is_explained_by_its_line(translated, line, name):
    check = translated.Check("answer", of_notebook(f"class answer:\n    def update(self, rate):\n        {line}\n"))
    made = check.call()
    assert name in likely_reason(lambda: check.method(made, "update", rate=0.5), translated).split()


def test_a_method_that_wants_arguments_and_an_attribute_that_was_never_set_are_named(translated):
    check = translated.Check("answer", of_notebook("class answer:\n    def update(self, rate, W):\n        pass\n"))
    made = check.call()
    assert "ARGUMENT_OF_METHOD" in likely_reason(lambda: check.method(made, "update", rate=0.5), translated)
    assert "ATTRIBUTE_NEVER_SET" in likely_reason(lambda: check.get(made, "W"), translated)


@pytest.mark.parametrize("call", ["gradient(X)", "gradient(X, X)", "gradient(X, *X[:0])"])
def test_a_missing_star_is_named_only_where_a_list_may_be(translated, call):
    answer = of_notebook(f"def answer(X):\n    def gradient(a, b, c): pass\n    return {call}\n")
    assert "STAR_MISSING" not in likely_reason(lambda: translated.Check("answer", answer).call(X=X), translated)


@pytest.mark.parametrize(
    ("call", "says"),
    [("Layer()", {"ARGUMENT_MISSING", "Layer", "n"}), ("Layer(3, 4, 5)", {"TAKES_OTHER_NUMBER", "Layer", "3", "2"})],
)
def test_the_arguments_of_a_class_are_counted_without_self(translated, call, says):
    layer = "class Layer:\n    def __init__(self, n, m): pass\n"
    answer = of_notebook(f"{layer}def answer(X):\n    return {call}\n")
    reason = likely_reason(lambda: translated.Check("answer", answer).call(X=X), translated)
    assert set(reason.split()) == {"LIKELY_REASON"} | says


def test_a_result_of_another_kind_is_named_where_the_test_reads_an_attribute(translated):
    check = translated.Check("answer", of_notebook("def answer():\n    return [1, 2]\n"))
    assert "RESULT_HAS_NO" in likely_reason(lambda: check.get(check.call(), "layers"), translated)


@pytest.mark.parametrize("quotes", ["", '"'])
def test_a_letter_without_quotes_is_told_from_one_with_them(translated, quotes):
    check = translated.Check("quiz", of_notebook(f"def answer():\n    return {quotes}b{quotes}\n"))
    if quotes:
        assert check.letter() == "b"
    else:
        with pytest.raises(translated.CheckFailed, match="LETTER_IN_QUOTES"):
            check.letter()


def attributes_of_messages():
    for name in READERS:
        for node in ast.walk(ast.parse((SOURCE / f"{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "messages":
                yield node.attr


def test_every_message_has_a_use_and_every_use_a_message():
    assert set(attributes_of_messages()) == set(NAMES)


def test_fields_have_names():
    assert all(field.isidentifier() for name in NAMES for field in fields(getattr(messages, name)))


def test_every_assignment_ships_the_messages():
    assert set(SHARED) >= {"messages.py", *(f"{name}.py" for name in READERS)}


NOTEBOOKS = [*lessons(), *map(notebook_path, assignments())]


def has_words(node):
    """Say whether a piece of code is a text with words in it, or puts one together."""
    literals = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return any(re.search("[A-Za-z]{2,} |[A-Za-z]{3,}", text) for text in literals)


def is_ending(node):
    """Say whether a field of a text is letters that are there or not, such as the s of a plural."""
    letters = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    choice = isinstance(node, ast.IfExp) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult))
    return choice and any(text.isalpha() for text in letters)


def glued(tree):
    """Yield the texts with words that are put together from several."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            parts = [node.left, node.right]
            if any(isinstance(part, ast.Constant) and not isinstance(part.value, str) for part in parts):
                continue  # one more than a number
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "join":
            parts = node.args
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            parts = node.args if len(node.args) > 1 else []
        elif isinstance(node, ast.JoinedStr):
            parts = [n.value for n in node.values if isinstance(n, ast.FormattedValue)]
            if any(is_ending(part) for part in parts):
                yield ast.unparse(node)
        else:
            continue
        if any(has_words(part) for part in parts):
            yield ast.unparse(node)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_text_of_a_picture_or_a_printed_line_is_one_literal(path):
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    own = [c for c in cells if not c.metadata.get("nbgrader", {}).get("grade")]
    assert [text for cell in own for text in glued(ast.parse(cell.source))] == []


@pytest.mark.parametrize(
    "code",
    [
        '"the loss is " + str(x)',
        'print("the loss", x)',
        '", ".join(f"row {x}" for x in y)',
        "f\"{'one row'}\"",
        "f\"{n} row{'s' * (n > 1)}\"",
        "f\"{n} row{'' if n == 1 else 's'}\"",
    ],
)
def test_a_text_that_is_put_together_is_found(code):
    assert list(glued(ast.parse(code)))
