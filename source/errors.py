"""Say in plain words what an error of student code means, from its text and the line where it came up.

Every assignment ships this file; ``checks.py`` asks it when an answer has stopped with an error.
"""

import ast
import difflib
import linecache
import re
from typing import NamedTuple

import numpy as np


class Place(NamedTuple):
    """Where in the notebook an error came up."""

    function: str = ""
    line: str = ""
    is_method: bool = False
    below: bool = False  # whether more code stands below the line, as deep or deeper


def place(error, test_file):
    """Return the innermost Place in the student's code; the cell of the test itself does not count."""
    found, trace = Place(), error.__traceback__
    while trace:
        code = trace.tb_frame.f_code
        in_notebook = trace.tb_frame.f_globals.get("__name__") == "__main__"
        if in_notebook and code.co_name != "<module>" and code.co_filename != test_file:
            line = linecache.getline(code.co_filename, trace.tb_lineno)
            more = _is_code_below(linecache.getlines(code.co_filename)[trace.tb_lineno :], line)
            found = Place(code.co_name, line.strip(), code.co_varnames[:1] == ("self",), more)
        trace = trace.tb_next
    return found


def _is_code_below(lines, line):
    code = [text for text in lines if text.strip() and not text.strip().startswith("#")]
    depth = len(line) - len(line.lstrip())
    return bool(code) and depth > 0 and len(code[0]) - len(code[0].lstrip()) >= depth


def of_stub(what, where, kind, method=""):
    """Return what to say when ``what`` has raised NotImplementedError: nothing is written, or not in the right place.

    kind:   the student's class, and
    method: the method that a test has called, if any
    """
    written = set(vars(kind)) if kind else set()
    own = {name for name in written if not name.startswith("_")}
    if where.below:
        return f"{what} still stops at the line: {where.line}\nYour code stands below it. Delete this line."
    if method and method not in written and (own or where.line == GIVEN_STUB):
        like = difflib.get_close_matches(method, own, 1)
        found = f"It has {like[0]}: is {method} meant?" if like else "Is it written, and is its name spelt so?"
        return f"{kind.__name__} has no method {method}. {found}"
    return f"{what} is not written yet. Put your answer where it says YOUR CODE HERE."


GIVEN_STUB = "raise NotImplementedError"  # of a base class; nbgrader writes brackets behind it


def of_error(error, where, with_numbers=True):
    """Return one or two sentences about an error, or ''.

    with_numbers: False keeps shapes and sizes out of them
    """
    try:
        kinds = {kind.__name__ for kind in type(error).__mro__}
        text = str(error)
        for kind, pattern, explain in ERRORS:
            found = re.search(pattern, text) if kind in kinds else None
            if found:
                return _sentence(explain, found, where, with_numbers)
    except Exception:  # an error with ideas of its own
        pass
    return ""


def _sentence(explain, found, where, with_numbers):
    text = explain(found, where) if callable(explain) else explain.format(found[0], *found.groups())
    numbers = set(re.findall(r"\d+", found[0]))
    return text if with_numbers or numbers.isdisjoint(re.findall(r"\d+", text)) else ""


def _shapes_differ(found, where):
    one, two = _shape(found[1]), _shape(found[2])
    left, right = _sides(where, (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow))
    shapes = f"{left or 'One array'} has shape {one}, {right or 'the other'} has shape {two}"
    return f"{shapes}: entry by entry they do not fit. {_advice(one, two, where)}"


def _advice(one, two, where):
    short, long = sorted((one, two), key=len)
    labels = re.search(r"\b(y|y_true|labels)\b", where.line)
    if len(short) == 1 and len(long) == 2 and short[0] == long[0]:
        if labels and re.search(r"\b(y|y_true|labels)\b\s*\*|\*\s*(y|y_true|labels)\b", where.line):
            return "The labels are class numbers, one for each example, and not rows of zeros and ones."
        if re.search(r"axis\s*=\s*(1|-1)\b|\.(sum|max|mean)\(", where.line) or not labels:
            return "An axis was lost, for example by a sum or a maximum over each row. keepdims=True keeps it."
    if len(one) == len(two) == 2 and one == two[::-1]:
        return "One of them lies the other way: use its transpose, .T."
    if len(one) == len(two) == 2 and "*" in where.line.replace("**", "") and one[1] in two:
        return "The sign * multiplies entry by entry. For a matrix product write @, here with .T where it is needed."
    return "Write down the shape of each part of this line."


def _product_differs(found, where):
    columns, rows = found[2], found[1]
    left, right = _sides(where, (ast.MatMult,))
    text = f"In the product {left} @ {right}, " if left else "In this matrix product, "
    return (
        f"{text}the left part has {columns} columns and the right part has {rows} rows: these numbers must be equal. "
        "One part may need .T, or the two parts belong the other way round."
    )


def _dot_differs(found, where):
    return (
        f"A matrix product of shapes {_shape(found[1])} and {_shape(found[2])} does not exist: the columns of the left "
        "part must be as many as the rows of the right part. One of them may need .T."
    )


def _name_unknown(found, where):
    name = found[1]
    if where.is_method or where.function in METHODS:
        return f"There is no variable {name} in {where.function}. What belongs to the object is written self.{name}."
    return (
        f"There is no variable {name} in {where.function or 'your code'}. Is it spelt as above, and defined in the "
        "function that uses it?"
    )


METHODS = {"__init__", "forward", "backward", "update"}


def _no_attribute(found, where):
    kind, name = found[1], found[2]
    if kind == "NoneType":
        return f"Something is None before .{name}. Does every function that is used here end with return?"
    if kind in ("list", "tuple"):
        return f"A {kind} has no .{name}, an array has. Make an array of it with np.array, or use what a {kind} can do."
    if kind == "ndarray":
        if name in ("append", "extend", "add"):
            return f"An array has no {name}. Collect results in a list, and make an array of it at the end."
        return f"An array has no .{name}. Is the name spelt right?"
    if kind in ("float", "int", "float64", "int64"):
        return f"A single number has no .{name}. Was an array expected here?"
    return (
        f"self.{name} does not exist when it is used. Store it first under exactly this name, "
        "in __init__ or in forward: self." + name + " = ..."
    )


def _no_function(found, where):
    names = difflib.get_close_matches(found[2], dir(np), 1, 0.8) if found[1] == "numpy" else []
    module = "np" if found[1] == "numpy" else found[1]
    return f"{module} has no {found[2]}." + (
        f" Is {names[0]} meant?" if names else " It has to be written out, or has another name."
    )


def _wrong_count(found, where):
    name, takes, given = found[1].split(".")[-1], int(found[2]), int(found[3])
    if given == takes + 1 and "." in found[1] and "<locals>" not in found[1]:
        return f"The first parameter of a method is self: write def {name}(self, ...)."
    return f"{name} was called with {given} arguments, but its def line takes {takes}."


def _missing_argument(found, where):
    name = found[1].split(".")[-1]
    return f"{name} was called without its argument {found[2]}. Write it between the brackets."


NONE = "Something is None here. Does every function that is used end with return?"


SEQUENCES = {"list", "tuple", "dict_values", "zip", "generator", "range", "map"}


def _operands(found, where):
    kinds = {found[1], found[2]}
    if "NoneType" in kinds:
        return NONE
    if kinds & SEQUENCES:
        kind = min(kinds & SEQUENCES)
        return f"A {kind} cannot be used in a calculation. Use its items one by one, or an array: np.array(...)."
    if kinds & {"function", "method", "builtin_function_or_method"}:
        return "A function stands where its result is needed: write brackets after its name."
    if "dict" in kinds:
        return "A dict cannot be used in a calculation. Take its entries one by one."
    return f"Here {found[1]} and {found[2]} meet, which do not go together."


def _out_of_bounds(found, where):
    return (
        f"Index {found[1]} was used where there are only {found[3]} entries (axis {found[2]}). Counting starts at 0, "
        f"so the last index is {int(found[3]) - 1}."
    )


def _in_place(found, where):
    one, two = _shape(found[1]), _shape(found[2])
    return f"An array of shape {one} has no room for the shape {two}. Write a = a - ..., not a -= ..."


def _stored(found, where):
    one, two = _shape(found[1]), _shape(found[2])
    return f"What is stored has shape {one}, but its place has shape {two}. Is a sum or a slice wrong?"


def _no_axis(found, where):
    axes = "1 axis" if found[2] == "1" else f"{found[2]} axes"
    text = f"There is no axis {found[1]}: the array has {axes}, counted from 0."
    return f"{text} Was a table with a row for each example expected, or a keepdims=True forgotten?"


def _called(found, where):
    again = re.search(r"([\w.<>]+)\(\) takes (?:from \d+ to )?(\d+) positional arguments? but (\d+)", found.string)
    return _wrong_count(again, where)


def _attribute(found, where):
    return _no_attribute(re.search(r"'?(\w+)'? object has no attribute '(\w+)'", found.string), where)


LIST = "A list cannot be used in a calculation like an array. Make an array of it: np.array(...)."
FLOAT = "A whole number is needed here, for a size or an index, but it is a float. Use // instead of /, or int(...)."
SHAPE = r"\(([\d,]*)\)"
# (kind of the error, pattern of its text, what it means: a sentence with the groups of the pattern, or a function)
# fmt: off
ERRORS = [
    ("ValueError", rf"could not be broadcast together with shapes {SHAPE} {SHAPE}", _shapes_differ),
    ("ValueError", rf"output operand with shape {SHAPE} doesn't match the broadcast shape {SHAPE}", _in_place),
    ("ValueError", r"core dimension.*\(size (\d+) is different from (\d+)\)", _product_differs),
    ("ValueError", rf"shapes {SHAPE} and {SHAPE} not aligned", _dot_differs),
    ("ValueError", r"matmul: Input operand \d does not have enough dimensions",
     "The sign @ needs arrays on both sides, but one side is a single number. Use * there."),
    ("ValueError", r"truth value of an array",
     "if, and, or, max and min decide about one number, but they get an array. Use np.where, np.maximum, & or |."),
    ("ValueError", r"inhomogeneous|array element with a sequence",
     "An array needs numbers, or rows of equal length. Here the parts have different shapes: check each of them."),
    ("ValueError", r"cannot reshape array of size (\d+) into shape \(([\d,]+)\)",
     "{1} numbers cannot fill the shape ({2}): the product of the sizes must be {1}."),
    ("ValueError", rf"could not broadcast input array from shape {SHAPE} into shape {SHAPE}", _stored),
    ("ValueError", r"(too many|not enough) values to unpack",
     "The names on the left are not as many as the things on the right. Where the number varies, use a loop or "
     "a star: *params."),
    ("ValueError", r"zip\(\) argument", "The two lists that zip goes through have different lengths."),
    ("ValueError", r"math domain error",
     "A function of math got a number that it cannot take, as in log(0). Keep away from such numbers first."),
    ("ValueError", r"does not result in an equal division",
     "np.split needs equal parts, but the last part may be smaller. Cut with slices: [start : start + size]."),
    ("ValueError", r"read-only", "This array must not be changed. Work on a copy: a = a.copy()."),
    ("ValueError", r"input array dimensions.*must match|concatenat",
     "Arrays are put together whose other sizes differ. Check their shapes, and the axis."),
    ("ValueError", r"shape mismatch: objects cannot be broadcast",
     "The arrays have different lengths. Write down the shape of each of them."),
    ("AxisError", r"axis (-?\d+) is out of bounds for array of dimension (\d+)", _no_axis),
    ("TypeError", r"Cannot cast ufunc '\w+' output from dtype\('float\w*'\) to dtype\('(?:u?int\w*|bool)'\)",
     "The array holds whole numbers and takes no fractions. Make a copy of floats first: np.array(..., dtype=float)."),
    ("TypeError", r"only (length-1|0-dimensional) arrays can be converted",
     "A function for one number, as in math, got a whole array. Use the function of np: it works on every entry."),
    ("TypeError", r"only integer scalar arrays can be converted to a scalar index",
     "An array stands where one whole number is needed. Several arrays go into one list, f([a, b]); a size is "
     "len(a)."),
    ("TypeError", r"takes (?:from )?[\d to]+ positional arguments? but \d+ (was|were) given", _called),
    ("TypeError", r"([\w.<>]+)\(\) missing \d+ required positional arguments?: '(\w+)'", _missing_argument),
    ("TypeError", r"unexpected keyword argument '(\w+)'",
     "The function that is called has no argument {1}. Is the name spelt right?"),
    ("TypeError", r"unsupported operand type\(s\) for .*: '([\w.]+)' and '([\w.]+)'", _operands),
    ("TypeError", r"bad operand type for .*: '(list|tuple)'", LIST),
    ("TypeError", r"can't multiply sequence by non-int|can only concatenate", LIST),
    ("TypeError", r"NoneType", NONE),
    ("TypeError", r"'([\w.]+)' object is not callable",
     "Round brackets call a function, but here they follow something of type {1}. An entry needs square "
     "brackets, an object the name of its method, such as .forward(...)."),
    ("TypeError", r"'([\w.]+)' object is not subscriptable",
     "Square brackets stand after something of type {1}, which has no entries."),
    ("TypeError", r"'([\w.]+)' object is not iterable|cannot unpack non-iterable (\w+)",
     "A loop, a list or several names on the left need several things, but there is only one."),
    ("TypeError", r"'tuple' object does not support item assignment",
     "A tuple cannot be changed. Make a list of it first: list(...)."),
    ("TypeError", r"'float\d*' object cannot be interpreted as an integer|slice indices must be integers", FLOAT),
    ("TypeError", r"expected a sequence of integers", FLOAT),
    ("TypeError", r"iteration over a 0-d array|unsized object|type '(float|int)\d*' has no len",
     "A single number stands where a list or an array is needed."),
    ("TypeError", r"object of type '(\w+)' has no len", "A {1} has no length. Make a list of it first: list(...)."),
    ("TypeError", r"no callable \w+ method|loop of ufunc does not support",
     "The array holds other things than numbers, or rows of different lengths. Check how it was made."),
    ("IndexError", r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)", _out_of_bounds),
    ("IndexError", r"index out of range",
     "An index is larger than the list is long. Counting starts at 0, so the last index is the length minus 1."),
    ("IndexError", r"too many indices for array: array is (\d+)-dimensional, but (\d+) were indexed",
     "{2} indices stand in the brackets, but the array has fewer axes: {1}."),
    ("IndexError", r"shape mismatch: indexing arrays",
     "Two lists of indices that are used together must be equally long: one row and one column for each entry."),
    ("IndexError", r"must be of integer|only integers, slices",
     "An index must be a whole number or an array of them, but it is something else, perhaps a float."),
    ("IndexError", r"boolean index did not match", "A mask must have the shape of the array that it picks from."),
    ("KeyError", r"^'?(\w+)'?$",
     "The dict has no key {1}. Is it spelt as in the exercise, with the same capital letters?"),
    ("AttributeError", r"module '(\w+)[\w.]*' has no attribute '(\w+)'", _no_function),
    ("AttributeError", r"object has no attribute '(\w+)'", _attribute),
    ("UnboundLocalError", r"variable '(\w+)'",
     "{1} is used before it has a value in this function. Give it a value in an earlier line."),
    ("NameError", r"name '(\w+)' is not defined", _name_unknown),
    ("RecursionError", r"",
     "A function calls itself without an end. Has it the name of a function that it wants to use?"),
    ("ZeroDivisionError", r"", "Something is divided by 0. Which number in this line can be 0?"),
    ("OverflowError", r"",
     "A number gets too large for a computer, as exp(1000) does. Use np, and an exponent that is never large."),
    ("ModuleNotFoundError", r"No module named '([\w.]+)'",
     "{1} is not installed here. These exercises need NumPy alone."),
    ("AssertionError", r"", "An assert of yours does not hold. Is it stricter than the text of the exercise?"),
    ("IndexError", r"invalid index to scalar",
     "Square brackets stand after a single number. Was an array expected here?"),
    ("MemoryError", r"", "An array gets far too large. Check the shapes: have two been combined to all pairs?"),
]
# fmt: on


def _shape(text):
    return tuple(int(n) for n in text.split(",") if n)


def _sides(where, operators):
    """Return the texts of both sides of the one operation that can be meant, or two empty ones."""
    found = _operations(where.line, operators)
    if len(found) != 1:
        return "", ""
    sides = ast.unparse(found[0].left), ast.unparse(found[0].right)
    return sides if max(map(len, sides)) < 50 else ("", "")


def _operations(text, operators):
    try:
        tree = ast.parse(re.sub(r"^\s*(return|yield)\b", "", text).strip())
    except SyntaxError:
        return []
    return [node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, operators)]
