"""Which cells must run: those that others lean on, because they bind, or may change, what these look up."""

import ast
import builtins
import dis
import functools
import re
import types
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from IPython.core.inputtransformer2 import TransformerManager

from grading.run.syntax import IMPORTS, UNREADABLE, parsed

# What reads or writes names in ways that no source tells; a line of IPython's may do so, too.
WHO_KNOWS = re.compile(
    r"\b(?:exec|eval|globals|locals|vars|get_ipython|__import__|__main__|importlib)\b|import\s*\*|^\s*[%!]"
    r"|\.(?:query|eval)\(",
    re.MULTILINE,
)
WRITES = re.compile(r"\bopen\(|\.(?:save\w*|to_\w+|write\w*|tofile|dump|mkdir|touch|unlink|rename)\(")  # files
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def needed(cells: Iterable[tuple[str, bool]]) -> list[bool]:
    """Say of each cell whether it must run, for ``(source, whether it may be left out)`` of each.

    A cell that may be left out must run all the same where one that runs looks up a name that it binds, or whose
    object it may change. The order does not count: a function looks its names up when it is called.
    """
    cells = list(cells)
    effects = _effects(tuple(source for source, _ in cells))
    changed = [_changed(source, effects) if optional else None for source, optional in cells]
    runs = [names is None for names in changed]
    todo = [source for (source, _), run in zip(cells, runs, strict=True) if run]
    while todo:
        source = todo.pop()
        if WHO_KNOWS.search(source) or _is_magic(source):
            return [True] * len(cells)
        for i, names in enumerate(changed):
            if names is not None and not runs[i] and not names.isdisjoint(_looked_up(source)):
                runs[i] = True
                todo.append(cells[i][0])
    return runs


class Effects(NamedTuple):
    """What some cells do together.

    of:      {name of a function or method: the global names whose objects it may change}
    fixed: names of what no call changes: modules, functions, what Python comes with
    """

    of: dict[str, set[str]]
    fixed: frozenset[str]


def _changed(source: str, effects: Effects) -> frozenset[str] | None:
    """Return the names that a cell binds, and those whose objects it may change; None where nobody can tell."""
    nodes = parsed(source)
    if nodes is None or WHO_KNOWS.search(source) or WRITES.search(source):
        return None
    bound = {step.argval for step in dis.get_instructions(_compiled(source)) if step.opname == "STORE_NAME"}
    for code in _codes(_compiled(source)):
        bound |= {step.argval for step in dis.get_instructions(code) if step.opname == "STORE_GLOBAL"}
    by_calls = (effects.of.get(name, set()) for name in _names_in_calls(nodes))
    return frozenset(bound | _touched(nodes, effects.fixed)).union(*by_calls)


@functools.lru_cache(maxsize=64)
def _effects(sources: tuple[str, ...]) -> Effects:
    fixed = _fixed(sources)
    of: dict[str, set[str]] = {}
    calls: dict[str, set[str]] = {}
    for function in (node for source in sources for node in ast.walk(ast.Module(parsed(source) or [], []))):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            changed = _touched(function.body, fixed) - _own_names(function) | _declared_global(function)
            of.setdefault(function.name, set()).update(changed)
            calls.setdefault(function.name, set()).update(_names_in_calls(function.body))
    grows = True
    while grows:  # functions call each other
        grows = False
        for name, others in calls.items():
            more = set().union(*(of[other] for other in others if other in of)) - of[name]
            of[name] |= more
            grows |= bool(more)
    return Effects(of, fixed)


def _own_names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return the arguments of a function, and the names that it binds itself."""
    arguments = {a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)}
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return (arguments | stored) - _declared_global(function)


def _declared_global(function: ast.AST) -> set[str]:
    return {name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names}


@functools.lru_cache(maxsize=1024)
def _looked_up(source: str) -> frozenset[str]:
    """Return the names that a cell looks up outside of its functions' own."""
    try:
        codes = _codes(_compiled(source))
    except UNREADABLE:
        return frozenset()  # it will not run either
    steps = (step for code in codes for step in dis.get_instructions(code))
    return frozenset(step.argval for step in steps if step.opname in ("LOAD_NAME", "LOAD_GLOBAL"))


@functools.lru_cache(maxsize=1024)
def _is_magic(source: str) -> bool:
    """Say whether a cell is Python only after IPython has changed it: what it looks up then, no source tells."""
    if parsed(source) is not None:
        return False
    try:
        return parsed(TransformerManager().transform_cell(source)) is not None
    except UNREADABLE:
        return False


@functools.lru_cache(maxsize=1024)
def _compiled(source: str) -> types.CodeType:
    return compile(source, "<cell>", "exec")


def _touched(nodes: Sequence[ast.AST], fixed: frozenset[str]) -> set[str]:
    """Return the names of the objects that code may change when it runs, outside of functions that it defines.

    These are what stands before a dot or a bracket that is set, objects whose methods are called, and what is passed
    to a function. Of a module, a call counts where nothing is done with its result: ``random.seed(1)``.
    """
    found: set[str] = set()
    for node in _outside_of_functions(nodes):
        match node:
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                found |= _names(node.value)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=target))):
                found |= _names(target)
            case ast.AugAssign(target=ast.Name(id=name)):
                found.add(name)
            case ast.Call(func=function):
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                given += [function.value] if isinstance(function, ast.Attribute) else []
                found |= set().union(*map(_names, given)) - fixed
    return found


def _names_in_calls(nodes: Sequence[ast.AST]) -> set[str]:
    """Return the names of the functions and methods that code calls outside of functions that it defines."""
    called = [node.func for node in _outside_of_functions(nodes) if isinstance(node, ast.Call)]
    return {f.id if isinstance(f, ast.Name) else f.attr for f in called if isinstance(f, (ast.Name, ast.Attribute))}


def _outside_of_functions(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    for node in nodes:
        yield node
        if not isinstance(node, FUNCTIONS):
            yield from _outside_of_functions(list(ast.iter_child_nodes(node)))


def _names(node: ast.AST) -> set[str]:
    return {leaf.id for leaf in ast.walk(node) if isinstance(leaf, ast.Name)}


def _fixed(sources: Iterable[str]) -> frozenset[str]:
    """Return the names of modules and functions in some cells, and of what Python comes with."""
    nodes = [node for source in sources for node in ast.walk(ast.Module(parsed(source) or [], []))]
    aliases = (alias for node in nodes if isinstance(node, IMPORTS) for alias in node.names)
    imported = {alias.asname or alias.name.partition(".")[0] for alias in aliases}
    defined = {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    return frozenset(imported | defined | vars(builtins).keys())


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)
