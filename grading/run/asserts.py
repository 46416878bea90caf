"""A bare ``assert`` that fails says which expression was false, and the values in it; a hidden one says nothing."""

import ast
import builtins
import contextlib
import copy
import dis
import itertools
import os
import reprlib
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from IPython.core.compilerop import code_name

from grading.run.shell import Shell, shows

RAISES = dis.opmap["RAISE_VARARGS"]
ENGINE = str(Path(__file__).parent.parent)
LINE_OF_STUDENT = "line "  # how the file name of a place in the student's code begins
NOT_SHOWN = "in a part of this test that is not shown"
MOST_SHOWN = 8  # values in a message

SHOWN_AS_WRITTEN = (ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.JoinedStr, ast.Lambda, ast.Starred)

_numbers = itertools.count()
_hidden: dict[str, frozenset[int]] = {}  # file name of a cell -> numbers of its hidden lines
_values: dict[int, dict[str, Any]] = {}  # number of an assertion -> {source of an expression in it: value}


@contextlib.contextmanager
def told(shell: Shell, source: str, hidden: frozenset[int]) -> Iterator[None]:
    """Let the assertions of a cell tell what is false, for as long as ``shell`` runs it.

    hidden: numbers of the lines of which nothing is told
    """
    file = code_name(shell.transform_cell(source))
    _hidden[file] = hidden
    before = shell.ast_transformers
    if "assert" in source:  # else IPython would go through the whole tree for nothing
        shell.ast_transformers = [*before, _Told(_hidden[file])]
    shell.conceals = conceals
    try:
        yield
    finally:
        shell.ast_transformers = before
        shell.conceals = shows
        _values.clear()


class _Told(ast.NodeTransformer):
    """Gives each bare assertion outside of ``hidden`` lines a message."""

    def __init__(self, hidden: frozenset[int]) -> None:
        self._hidden = hidden

    def visit_Module(self, module: ast.Module) -> ast.Module:
        # Statements are copied: what was compiled of one before is known by the statement itself.
        body = [self.visit(copy.deepcopy(s)) if _has_assertion(s) else s for s in module.body]
        return ast.Module(body, module.type_ignores)

    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        if node.msg is not None or node.lineno in self._hidden:
            return node
        number = ast.Constant(next(_numbers))
        text = ast.Constant(ast.unparse(node.test))
        begun = ast.Tuple([_call("begin", number), _Noted(number).visit(node.test)], ast.Load())
        test = ast.Subscript(begun, ast.Constant(1), ast.Load())
        made = ast.Assert(test, _call("message", number, text))
        return ast.fix_missing_locations(ast.copy_location(made, node))


def _has_assertion(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.Assert) for node in ast.walk(statement))


class _Noted:
    """Lets an expression note the values that its truth depends on."""

    def __init__(self, number: ast.Constant) -> None:
        self._number = number

    def visit(self, node: ast.expr) -> ast.expr:
        match node:
            case ast.BoolOp():
                node.values = [self.visit(value) for value in node.values]
            case ast.UnaryOp(op=ast.Not()):
                node.operand = self.visit(node.operand)
            case ast.Compare():
                node.left, *node.comparators = map(self._note, [node.left, *node.comparators])
            case ast.Call():
                node.args = [self._note(argument) for argument in node.args]
                if isinstance(node.func, ast.Attribute):
                    node.func.value = self._note(node.func.value)
            case _:
                return self._note(node)
        return node

    def _note(self, node: ast.expr) -> ast.expr:
        if isinstance(node, SHOWN_AS_WRITTEN):
            return node
        return _call("note", self._number, ast.Constant(ast.unparse(node)), node)


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    function = ast.Attribute(ast.Name("__assertion__", ast.Load()), name, ast.Load())
    return ast.Call(function, list(arguments), [])


class _Assertion:
    """What such an assertion calls, under a name that every cell sees."""

    def begin(self, number: int) -> None:
        _values[number] = {}

    def note(self, number: int, source: str, value: Any) -> Any:
        _values.setdefault(number, {})[source] = value
        return value

    def message(self, number: int, source: str) -> str:
        noted = _values.pop(number, {})
        if _is_hidden(sys._getframe(1)):
            return NOT_SHOWN
        lines = [f"  {text} is {_short(value)}" for text, value in noted.items() if not _speaks_for_itself(value)]
        return "\n".join([f"{source} is false", *lines[:MOST_SHOWN]])


vars(builtins)["__assertion__"] = _Assertion()


def _is_hidden(frame: FrameType | None) -> bool:
    """Say whether a frame, or one that called it, is at a hidden line."""
    while frame:
        if frame.f_lineno in _hidden.get(frame.f_code.co_filename, ()):
            return True
        frame = frame.f_back
    return False


def conceals(error: BaseException) -> str:
    """Return what to say in place of the message of an error, or ''.

    The message may tell what is hidden where it came up below a hidden line, and nobody of the course wrote it by
    ``raise`` or ``assert``: Python and libraries put values into theirs.
    """
    steps, step = [], error.__traceback__
    while step:
        steps.append((step.tb_frame.f_code, step.tb_lineno, step.tb_lasti))
        step = step.tb_next
    if not any(line in _hidden.get(code.co_filename, ()) for code, line, _ in steps):
        return ""
    code, _, place = steps[-1]
    written = code.co_code[place] == RAISES and _is_ours(code.co_filename)
    return "" if written else NOT_SHOWN


def _is_ours(file: str) -> bool:
    """Say whether a file is a cell, a module beside the notebook, or of the engine, which says nothing of values."""
    beside = file.endswith(".py") and not os.path.isabs(file)
    return beside or file in _hidden or file.startswith((f"<{LINE_OF_STUDENT}", os.getcwd(), ENGINE))


def _speaks_for_itself(value: object) -> bool:
    return isinstance(value, (type, types.ModuleType)) or callable(value)


def _short(value: object) -> str:
    shorter = reprlib.Repr()
    shorter.maxstring = shorter.maxother = 300
    try:
        return shorter.repr(value)
    except Exception:  # an object of a student may fail even here
        return f"something of type {type(value).__name__}"
