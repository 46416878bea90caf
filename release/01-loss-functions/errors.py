"""Say in plain words what an error of student code means, from its text and the line where it came up.

Every assignment ships this file; ``checks.py`` asks it when an answer has stopped with an error.
"""

import ast
import builtins
import difflib
import linecache
import re
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import messages
import numpy as np


class Place(NamedTuple):
    """Where in the notebook an error came up."""

    function: str = ""
    line: str = ""
    is_method: bool = False
    below: bool = False  # whether more code stands below the line, as deep or deeper
    arguments: tuple[str, ...] = ()  # of the function
    kind: str = ""  # of self


INSIDE = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}  # what counts as a part of its function


def place(error: BaseException, test_file: str) -> Place:
    """Return the innermost Place in the student's code; the cell of the test itself does not count."""
    found, trace = Place(), error.__traceback__
    while trace:
        code = trace.tb_frame.f_code
        in_notebook = trace.tb_frame.f_globals.get("__name__") == "__main__"
        if in_notebook and code.co_name != "<module>" and code.co_filename != test_file:
            line = linecache.getline(code.co_filename, trace.tb_lineno)
            more = _is_code_below(linecache.getlines(code.co_filename)[trace.tb_lineno :], line)
            arguments = code.co_varnames[: code.co_argcount]
            is_method = arguments[:1] == ("self",)
            kind = type(trace.tb_frame.f_locals.get("self")).__name__ if is_method else ""
            if code.co_name in INSIDE and found.function:
                found = found._replace(line=line.strip(), below=more)
            else:
                found = Place(code.co_name, line.strip(), is_method, more, arguments, kind)
        trace = trace.tb_next
    return found


def _is_code_below(lines: list[str], line: str) -> bool:
    code = [text for text in lines if text.strip() and not text.strip().startswith("#")]
    depth = len(line) - len(line.lstrip())
    return bool(code) and depth > 0 and len(code[0]) - len(code[0].lstrip()) >= depth


def of_stub(what: str, where: Place, kind: type | None, method: str = "") -> str:
    """Return what to say when ``what`` has raised NotImplementedError: nothing is written, or not in the right place.

    kind:   the student's class, and
    method: the method that a test has called, if any
    """
    written = set(vars(kind)) if kind else set()
    own = {name for name in written if not name.startswith("_")}
    if where.below:
        return messages.STUB_IS_LEFT.format(what=what, line=where.line)
    if kind and method and method not in written and (own or where.line == GIVEN_STUB):
        like = difflib.get_close_matches(method, own, 1)
        template = messages.NO_METHOD_BUT if like else messages.NO_METHOD
        return template.format(kind=kind.__name__, method=method, like="".join(like))
    return messages.NOT_WRITTEN.format(what=what)


GIVEN_STUB = "raise NotImplementedError"  # of a base class; nbgrader writes brackets behind it


def of_error(error: BaseException, where: Place, with_numbers: bool = True) -> str:
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


Found = re.Match[str]
Explain = Callable[[Found, Place], str]


def _sentence(explain: str | Explain, found: Found, where: Place, with_numbers: bool) -> str:
    text = explain.format(**found.groupdict()) if isinstance(explain, str) else explain(found, where)
    numbers = set(re.findall(r"\d+", found[0]))
    return text if with_numbers or numbers.isdisjoint(re.findall(r"\d+", text)) else ""


def _shapes_differ(found: Found, where: Place) -> str:
    one, two = _shape(found[1]), _shape(found[2])
    left, right = _sides(where, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
    template = messages.SHAPES_DIFFER if left else messages.TWO_SHAPES_DIFFER
    return f"{template.format(left=left, right=right, one=one, two=two)} {_advice(one, two, where)}"


def _advice(one: tuple[int, ...], two: tuple[int, ...], where: Place) -> str:
    short, long = sorted((one, two), key=len)
    if len(short) == 1 and len(long) == 2 and short[0] == long[0]:
        return messages.LABELS_ARE_NUMBERS if LABELS_USED.search(where.line) else messages.COLUMN_NEEDED
    if len(one) == len(two) == 2 and one == two[::-1]:
        return messages.LIES_OTHER_WAY
    if len(one) == len(two) == 2 and "*" in where.line.replace("**", "") and one[1] in two:
        return messages.WRITE_AT_SIGN
    return messages.WRITE_SHAPES_DOWN


LABELS_USED = re.compile(r"\b(y|y_true|labels)\b\s*[-*]|[-*]\s*(y|y_true|labels)\b")  # in a difference or a product


def _product_differs(found: Found, where: Place) -> str:
    left, right = _sides(where, ast.MatMult)
    template = messages.PRODUCT_DIFFERS if left else messages.A_PRODUCT_DIFFERS
    return template.format(left=left, right=right, columns=found[2], rows=found[1])


def _dot_differs(found: Found, where: Place) -> str:
    return messages.DOT_DIFFERS.format(one=_shape(found[1]), two=_shape(found[2]))


def _name_unknown(found: Found, where: Place) -> str:
    if found[1] in dir(np) and f"{found[1]}(" in where.line:
        template = messages.NAME_OF_NUMPY
    elif re.search(rf"\w\[{found[1]}\]", where.line) and where.function:
        template = messages.NAME_IN_BRACKETS
    elif found[1] == "math":
        template = messages.MATH_NOT_IMPORTED
    elif IN_SCIPY.get(found[1]) in vars(
        sys.modules["__main__"]
    ):  # the notebook, which has other names in other folders
        return messages.NAME_IN_SCIPY.format(name=found[1], like=IN_SCIPY[found[1]])
    elif where.is_method or where.function in METHODS:
        template = messages.NAME_OF_OBJECT
    else:
        template = messages.NAME_UNKNOWN if where.function else messages.NAME_UNKNOWN_ANYWHERE
    return template.format(name=found[1], function=where.function)


IN_SCIPY = {"sigmoid": "expit"}  # {usual name: the one that the first cells import}
METHODS = {"__init__", "forward", "backward", "update"}


OF_ARRAYS = set(dir(np.ndarray)) - {"data"}  # in this course, data belongs to a Value


def _no_attribute(found: Found, where: Place) -> str:
    kind, name = found[1], found[2]
    if like := IN_NUMPY.get(kind.rpartition(".")[2], {}).get(name):
        return messages.OTHER_LIBRARY.format(name=name, like=like)
    if kind == "NoneType":
        template = messages.NONE_HAS_NO
    elif kind == "dict":
        template = messages.DICT_HAS_NO
    elif kind in ("list", "tuple") and name in OF_ARRAYS:
        template = messages.LIST_HAS_NO
    elif kind == "ndarray":
        template = messages.ARRAY_CANNOT_GROW if name in ("append", "extend", "add") else messages.ARRAY_HAS_NO
    elif kind in ("float", "int", "float64", "int64") and name in OF_ARRAYS:
        template = messages.NUMBER_HAS_NO
    else:
        template = _of_object(kind, name, where)
    return template.format(kind=kind, name=name, function=where.function)


PYTHONS = {"function", "method", "generator", "module"}  # kinds that are no classes of a notebook either


def _of_object(kind: str, name: str, where: Place) -> str:
    if not where.line:  # the test has looked for it
        is_pythons = kind in dir(builtins) or kind in PYTHONS
        return messages.RESULT_HAS_NO if is_pythons else messages.ATTRIBUTE_NEVER_SET
    if f"self.{name}" not in where.line:
        return messages.OBJECT_HAS_NO
    if where.kind and kind != where.kind:
        return messages.OTHER_HAS_NO
    if name in where.arguments:
        return messages.ARGUMENT_WITHOUT_SELF
    if f"self.{name}(" in where.line:
        return messages.METHOD_UNKNOWN
    return messages.SELF_HAS_NO_VALUE if re.match(rf"self\.{name}\s*[-+*/@]=", where.line) else messages.SELF_HAS_NO


# Names of PyTorch and MATLAB, and of numpy's older random functions: those of arguments, of arrays, of generators.
ARGUMENTS_IN_NUMPY = {"dim": "axis", "keepdim": "keepdims"}
IN_NUMPY = {
    "ndarray": {"clamp": "np.clip(...)", "unsqueeze": "np.expand_dims(..., axis=...)", "mm": "@", "dim": ".ndim"},
    "Generator": {
        "randn": "rng.normal(size=(...))",
        "rand": "rng.random((...))",
        "randint": "rng.integers(...)",
        "randperm": "rng.permutation(...)",
    },
}


def _no_argument(found: Found, where: Place) -> str:
    function, name = found[1], found[2]
    if name in ARGUMENTS_IN_NUMPY and function not in vars(sys.modules["__main__"]):
        return messages.OTHER_LIBRARY.format(name=name, like=ARGUMENTS_IN_NUMPY[name])
    return messages.ARGUMENT_UNKNOWN.format(name=name)


def _too_early(found: Found, where: Place) -> str:
    name = found[1]
    hides = re.search(rf"(?<![\w.]){name}\s*=[^=].*(?<![\w.]){name}\(", where.line)
    template = messages.HIDES_FUNCTION if hides else messages.USED_TOO_EARLY
    return template.format(name=name, function=where.function)


def _no_shape(found: Found, where: Place) -> str:
    makes = re.search(r"\b(zeros|ones|empty|random|standard_normal)\(", where.line)
    return messages.SHAPE_IN_BRACKETS if makes else ""


def _no_function(found: Found, where: Place) -> str:
    module, name = "np" if found[1] == "numpy" else found[1], found[2]
    like = difflib.get_close_matches(name, dir(np), 1, 0.8) if module == "np" else []
    template = messages.NO_FUNCTION_BUT if like else messages.NO_FUNCTION
    return template.format(module=module, name=name, like="".join(like))


def _wrong_count(found: Found, where: Place) -> str:
    name, takes, given = found[1].split(".")[-1], int(found[2]), int(found[3])
    if name == "__init__":  # whether self is missing there, or something else, nobody can tell
        kind = found[1].split(".")[-2]
        return messages.TAKES_OTHER_NUMBER.format(name=kind, takes=takes - 1, given=given - 1)
    has_self = _has_self(found[1])
    if given == takes + 1 and "." in found[1] and "<locals>" not in found[1] and not has_self:
        return messages.SELF_FORGOTTEN.format(name=name)
    if has_self:
        return messages.METHOD_TAKES_OTHER.format(name=name, takes=takes - 1, given=given - 1)
    template = messages.TAKES_NO_ARGUMENT if given == 1 else messages.OTHER_NUMBER_OF_ARGUMENTS
    return template.format(name=name, given=given, takes=takes)


def _has_self(path: str) -> bool | None:
    """Say whether the first parameter of a method, ``"Linear.update"``, is self; None where it is not known."""
    kind, _, name = path.rpartition(".")
    code = getattr(getattr(vars(sys.modules["__main__"]).get(kind), name, None), "__code__", None)
    return None if code is None else code.co_varnames[: code.co_argcount][:1] == ("self",)


def _missing_argument(found: Found, where: Place) -> str:
    *outer, name = found[1].split(".")
    if name == "__init__":
        return messages.ARGUMENT_MISSING.format(name=outer[-1], argument=found[2])
    of_class = re.search(rf"\b([A-Z]\w*)\.{re.escape(name)}\(", where.line)
    if of_class:
        return messages.OBJECT_MISSING.format(name=name, kind=of_class[1])
    called_by_test = outer and not where.line
    template = messages.ARGUMENT_OF_METHOD if called_by_test else messages.ARGUMENT_MISSING
    text = template.format(name=name, argument=found[2])
    in_list = re.search(r"\bgradient\([^(),*=]+,[^(),*=]+, *(\w+)\)", where.line) if name == "gradient" else None
    return f"{text} {messages.STAR_MISSING.format(listed=in_list[1])}" if in_list else text


SEQUENCES = {"list", "tuple", "dict_values", "zip", "generator", "range", "map"}


def _operands(found: Found, where: Place) -> str:
    kinds = {found[1], found[2]}
    if "NoneType" in kinds:
        return messages.NONE_IN_CALCULATION
    if kinds & SEQUENCES:
        return messages.SEQUENCE_IN_CALCULATION.format(kind=min(kinds & SEQUENCES))
    if kinds & {"function", "method", "builtin_function_or_method", "numpy.ufunc"}:
        return messages.FUNCTION_IN_CALCULATION
    if "dict" in kinds:
        return messages.DICT_IN_CALCULATION
    return messages.KINDS_DO_NOT_FIT.format(one=found[1], two=found[2])


def _no_whole_number(found: Found, where: Place) -> str:
    of_two = re.search(r"\bnp\.a?(max|min)\(", where.line)
    if of_two:
        return messages.BIGGEST_OF_TWO.format(name=of_two[1])
    return messages.ARRAY_FOR_NUMBER if "array" in found[0] else messages.FLOAT_FOR_NUMBER


def _one_decides(found: Found, where: Place) -> str:
    return messages.SHAPE_TO_COUNT if "ndindex(" in where.line else messages.ONE_NUMBER_DECIDES


def _no_row(found: Found, where: Place) -> str:
    return messages.PLACE_FOR_ONE_NUMBER if re.search(r"\]\s*=[^=]", where.line) else messages.ROWS_OF_DIFFERENT_LENGTH


def _no_index(found: Found, where: Place) -> str:
    quoted = "not str" in found.string or re.search(r"\w\[[\"']", where.line)
    return messages.QUOTES_FOR_DICT_ONLY if quoted else messages.INDEX_IS_NO_NUMBER


def _not_callable(found: Found, where: Place) -> str:
    template = messages.NO_BRACKETS_AFTER_T if ".T(" in where.line else messages.NOT_CALLABLE
    return template.format(kind=found[1])


def _one_for_several(found: Found, where: Place) -> str:
    counted = re.match(r"for .+ in (.+?)\s*:", where.line)
    if found[1] == "int" and counted:
        return messages.RANGE_MISSING.format(number=counted[1])
    return messages.ONE_FOR_SEVERAL


def _out_of_bounds(found: Found, where: Place) -> str:
    size = int(found[3])
    templates = {0: messages.OUT_OF_BOUNDS_NONE, 1: messages.OUT_OF_BOUNDS_ONE}
    template = templates.get(size, messages.OUT_OF_BOUNDS_MANY)
    return template.format(index=found[1], axis=found[2], size=size, last=size - 1)


def _in_place(found: Found, where: Place) -> str:
    return messages.NO_ROOM_IN_PLACE.format(one=_shape(found[1]), two=_shape(found[2]))


def _stored(found: Found, where: Place) -> str:
    return messages.NO_ROOM.format(one=_shape(found[1]), two=_shape(found[2]))


def _no_axis(found: Found, where: Place) -> str:
    template = messages.NO_AXIS_ONE if found[2] == "1" else messages.NO_AXIS_MANY
    return template.format(axis=found[1], number=found[2])


def _called(found: Found, where: Place) -> str:
    again = re.search(r"([\w.<>]+)\(\) takes (?:from \d+ to )?(\d+) positional arguments? but (\d+)", found.string)
    return _wrong_count(again, where) if again else ""


def _attribute(found: Found, where: Place) -> str:
    again = re.search(r"'?(\w+)'? object has no attribute '(\w+)'", found.string)
    return _no_attribute(again, where) if again else ""


SHAPE = r"\(([\d,]*)\)"
# (kind of the error, pattern of its text, what it means: a message with the named groups of the pattern, or a function)
# fmt: off
ERRORS: list[tuple[str, str, str | Explain]] = [
    ("ValueError", rf"could not be broadcast together with shapes {SHAPE} {SHAPE}", _shapes_differ),
    ("ValueError", rf"output operand with shape {SHAPE} doesn't match the broadcast shape {SHAPE}", _in_place),
    ("ValueError", r"core dimension.*\(size (\d+) is different from (\d+)\)", _product_differs),
    ("ValueError", rf"shapes {SHAPE} and {SHAPE} not aligned", _dot_differs),
    ("ValueError", r"matmul: Input operand \d does not have enough dimensions", messages.NUMBER_IN_PRODUCT),
    ("ValueError", r"truth value of an array", _one_decides),
    ("ValueError", r"inhomogeneous", messages.ROWS_OF_DIFFERENT_LENGTH),
    ("ValueError", r"array element with a sequence", _no_row),
    ("ValueError", r"cannot reshape array of size (?P<size>\d+) into shape \((?P<shape>[\d,]+)\)",
     messages.CANNOT_FILL),
    ("ValueError", rf"could not broadcast input array from shape {SHAPE} into shape {SHAPE}", _stored),
    ("ValueError", r"(too many|not enough) values to unpack", messages.OTHER_NUMBER_OF_NAMES),
    ("ValueError", r"zip\(\) argument", messages.ZIP_DIFFERS),
    ("ValueError", r"math domain error", messages.OUTSIDE_DOMAIN),
    ("ValueError", r"does not result in an equal division", messages.UNEQUAL_PARTS),
    ("ValueError", r"read-only", messages.READ_ONLY),
    ("ValueError", r"must have same number of dimensions", messages.OTHER_AXES_DIFFER),
    ("ValueError", r"input array dimensions.*must match|concatenat", messages.OTHER_SIZES_DIFFER),
    ("ValueError", r"shape mismatch: objects cannot be broadcast", messages.LENGTHS_DIFFER),
    ("AxisError", r"axis (-?\d+) is out of bounds for array of dimension (\d+)", _no_axis),
    ("TypeError", r"Cannot cast ufunc '\w+' output from dtype\('float\w*'\) to dtype\('(?:u?int\w*|bool)'\)",
     messages.WHOLE_NUMBERS_ONLY),
    ("TypeError", r"must be real number, not (?!list|tuple|str|NoneType)\w+", messages.OBJECT_IN_MATH),
    ("TypeError", r"only (length-1|0-dimensional) arrays can be converted", messages.ARRAY_IN_MATH),
    ("TypeError", r"only integer scalar arrays can be converted to a scalar index", _no_whole_number),
    ("TypeError", r"takes (?:from )?[\d to]+ positional arguments? but \d+ (was|were) given", _called),
    ("TypeError", r"([\w.<>]+)\(\) missing \d+ required positional arguments?: '(\w+)'", _missing_argument),
    ("TypeError", r"^(?P<name>[A-Z]\w*)\(\) takes no arguments", messages.NO_INIT),
    ("TypeError", r"(\w*)\(\) got an unexpected keyword argument '(\w+)'", _no_argument),
    ("TypeError", r"unexpected keyword argument '(?P<name>\w+)'", messages.ARGUMENT_UNKNOWN),
    ("TypeError", r"Cannot interpret '\d+' as a data type", _no_shape),
    ("TypeError", r"bitwise_xor|operand type\(s\) for \^", messages.POWER_SIGN),
    ("TypeError", r"unsupported operand type\(s\) for .*: '([\w.]+)' and '([\w.]+)'", _operands),
    ("TypeError", r"bad operand type for .*: '(list|tuple)'", messages.LIST_IN_CALCULATION),
    ("TypeError", r"can't multiply sequence by non-int|can only concatenate", messages.LIST_IN_CALCULATION),
    ("TypeError", r"'([\w.]+)' object is not callable", _not_callable),
    ("TypeError", r"NoneType", messages.NONE_IN_CALCULATION),
    ("TypeError", r"'(?P<kind>[\w.]+)' object is not subscriptable", messages.NO_ENTRIES),
    ("TypeError", r"'([\w.]+)' object is not iterable|cannot unpack non-iterable (\w+)", _one_for_several),
    ("TypeError", r"'tuple' object does not support item assignment", messages.TUPLE_IS_FIXED),
    ("TypeError", r"'(?:numpy\.)?float\d*' object cannot be interpreted as an integer|slice indices must be integers",
     _no_whole_number),
    ("TypeError", r"expected a sequence of integers", messages.FLOAT_FOR_NUMBER),
    ("TypeError", r"iteration over a 0-d array|unsized object|type '(float|int)\d*' has no len",
     messages.NUMBER_FOR_LIST),
    ("TypeError", r"object of type '(?P<kind>\w+)' has no len", messages.NO_LENGTH),
    ("TypeError", r"no callable \w+ method|loop of ufunc does not support", messages.OTHER_THINGS_IN_ARRAY),
    ("IndexError", r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)", _out_of_bounds),
    ("IndexError", r"index out of range", messages.LIST_OUT_OF_BOUNDS),
    ("IndexError", r"too many indices for array: array is (?P<axes>\d+)-dimensional, but (?P<indices>\d+) were indexed",
     messages.TOO_MANY_INDICES),
    ("IndexError", r"shape mismatch: indexing arrays", messages.INDEX_LISTS_DIFFER),
    ("IndexError", r"must be of integer|only integers, slices", _no_index),
    ("TypeError", r"indices must be integers", _no_index),
    ("IndexError", r"boolean index did not match", messages.MASK_DIFFERS),
    ("KeyError", r"^'?(?P<key>\w+)'?$", messages.KEY_UNKNOWN),
    ("AttributeError", r"module '(\w+)[\w.]*' has no attribute '(\w+)'", _no_function),
    ("AttributeError", r"object has no attribute '(\w+)'", _attribute),
    ("UnboundLocalError", r"variable '(\w+)'", _too_early),
    ("NameError", r"name '(\w+)' is not defined", _name_unknown),
    ("RecursionError", r"", messages.WITHOUT_END),
    ("ZeroDivisionError", r"", messages.DIVIDED_BY_ZERO),
    ("OverflowError", r"", messages.OVERFLOW),
    ("ModuleNotFoundError", r"No module named '(?P<name>[\w.]+)'", messages.NO_MODULE),
    ("AssertionError", r"", messages.ASSERT_OF_STUDENT),
    ("IndexError", r"invalid index to scalar", messages.INDEX_OF_NUMBER),
    ("MemoryError", r"", messages.TOO_LARGE_ARRAY),
]
# fmt: on


def _shape(text: str) -> tuple[int, ...]:
    return tuple(int(n) for n in text.split(",") if n)


def _sides(where: Place, *operators: type[ast.operator]) -> tuple[str, str]:
    """Return the texts of both sides of the one operation that can be meant, or two empty ones."""
    found = [node for node in _operations(where.line) if isinstance(node.op, operators)]
    if len(found) != 1:
        return "", ""
    left, right = _side(found[0].left), _side(found[0].right)
    return (left, right) if max(len(left), len(right)) < 50 else ("", "")


def _side(node: ast.expr) -> str:
    text = ast.unparse(node)
    return f"({text})" if isinstance(node, ast.BinOp) else text


def _operations(text: str) -> Iterator[ast.BinOp]:
    try:
        tree = ast.parse(re.sub(r"^\s*(return|yield)\b", "", text).strip())
    except SyntaxError:
        return
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.BinOp))
