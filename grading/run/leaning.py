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

from grading.run.syntax import IMPORTS, UNREADABLE, parsed, top_names

# What reads or writes names in ways that no source tells; a line of IPython's may do so, too.
WHO_KNOWS = re.compile(
    r"\b(?:exec|eval|globals|locals|vars|get_ipython|__import__|__main__|importlib)\b|import\s*\*|^\s*[%!]"
    r"|\.(?:query|eval)\(",
    re.MULTILINE,
)
# What changes files, or how the process goes on.
WRITES = re.compile(
    r"\bopen\(|\.(?:save\w*|to_\w+|write\w*|tofile|dump|mkdir|touch|unlink|rename|extractall)\("
    r"|\bos\.(?:chdir|environ|putenv|makedirs|remove|rename)|\bshutil\.|\burlretrieve\(|\bsetrecursionlimit\("
    r"|\b[sg]etcontext\(|\bseed\("
)
BUILTINS = frozenset(vars(builtins))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Facts(NamedTuple):
    """What the source of a cell tells.

    bound:     names that it binds; fixed: those of modules and functions among them, which no call changes
    functions: of each function and method in it ``(name, the names in its code)``: what it may change, or call
    looked_up: names that it looks up outside of its functions' own
    all_run:   whether it may look up any name
    """

    bound: frozenset[str]
    fixed: frozenset[str]
    functions: tuple[tuple[str, frozenset[str]], ...]
    looked_up: frozenset[str]
    all_run: bool


class Change(NamedTuple):
    """What a cell may change.

    surely:  names that it binds, and those whose objects it changes
    perhaps: names whose objects it passes on, or whose methods it calls
    called:  names of the functions and methods that it calls
    """

    surely: frozenset[str]
    perhaps: frozenset[str]
    called: frozenset[str]


def needed(cells: Iterable[tuple[str, bool]]) -> list[bool]:
    """Say of each cell whether it must run, for ``(source, whether it may be left out)`` of each.

    A cell that may be left out must run all the same where one that runs looks up a name that it binds, or whose
    object it may change. The order does not count: a function looks its names up when it is called.
    """
    cells = list(cells)
    facts = [_facts(source) for source, _ in cells]
    changes = [_change(source) if optional else None for source, optional in cells]
    changed = [change and _all_changed(change, facts) for change in changes]
    runs = [names is None for names in changed]
    todo = [found for found, run in zip(facts, runs, strict=True) if run]
    while todo:
        found = todo.pop()
        if found.all_run:
            return [True] * len(cells)
        for i, names in enumerate(changed):
            if names is not None and not runs[i] and not names.isdisjoint(found.looked_up):
                runs[i] = True
                todo.append(facts[i])
    return runs


def _all_changed(change: Change, facts: Sequence[Facts]) -> frozenset[str]:
    """Return the names whose objects a cell may change, also by the functions that it calls, of any cell."""
    fixed = BUILTINS.union(*(found.fixed for found in facts))
    names, seen, todo = change.surely | change.perhaps - fixed, set[str](), set(change.called)
    while todo:
        seen |= todo
        inside = frozenset().union(*(code for found in facts for name, code in found.functions if name in todo))
        names |= inside - fixed
        todo = set(inside - seen)
    return names


@functools.lru_cache(maxsize=4096)
def _facts(source: str) -> Facts:
    nodes, unclear = parsed(source), bool(WHO_KNOWS.search(source))
    if nodes is None:
        return Facts(frozenset(), frozenset(), (), frozenset(), unclear or _is_magic(source))
    aliases = [alias for node in nodes if isinstance(node, IMPORTS) for alias in node.names]
    fixed = {alias.asname or alias.name.partition(".")[0] for alias in aliases}
    fixed |= {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    try:
        whole, *inner = _codes(compile(source, "<cell>", "exec"))
    except UNREADABLE:
        return Facts(frozenset(), frozenset(fixed), (), frozenset(), unclear)  # it will not run
    steps = [(step.opname, step.argval) for code in (whole, *inner) for step in dis.get_instructions(code)]
    return Facts(
        top_names(source) | {name for kind, name in steps if kind == "STORE_GLOBAL"},
        frozenset(fixed),
        tuple((code.co_name, frozenset(code.co_names)) for code in inner),
        frozenset(name for kind, name in steps if kind in ("LOAD_NAME", "LOAD_GLOBAL")),
        unclear,
    )


def _is_magic(source: str) -> bool:
    """Say whether a cell is Python only after IPython has changed it: what it looks up then, no source tells."""
    try:
        return parsed(TransformerManager().transform_cell(source)) is not None
    except UNREADABLE:
        return False


@functools.lru_cache(maxsize=1024)
def _change(source: str) -> Change | None:
    """Return the Change of a cell; None where nobody can tell.

    Surely changed is what stands before a dot or a bracket that is set, and that of which a method is called for
    nothing but its effect: ``random.seed(1)``.
    """
    nodes = parsed(source)
    if nodes is None or WHO_KNOWS.search(source) or WRITES.search(source):
        return None
    surely, perhaps, called = set(_facts(source).bound), set[str](), set[str]()
    for node in _outside_of_functions(nodes):
        match node:
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                surely |= _names(node.value)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=target))):
                surely |= _names(target)
            case ast.Call(func=function):
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                if isinstance(function, ast.Attribute):
                    given.append(function.value)
                    called.add(function.attr)
                elif isinstance(function, ast.Name):
                    called.add(function.id)
                    given.append(function)  # it may be an object that can be called
                perhaps |= set().union(*map(_names, given))
    return Change(frozenset(surely), frozenset(perhaps), frozenset(called))


def _outside_of_functions(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Yield what runs when these nodes do, without the functions that they define."""
    for node in nodes:
        yield node
        if not isinstance(node, FUNCTIONS):
            yield from _outside_of_functions(list(ast.iter_child_nodes(node)))


def _names(node: ast.AST) -> set[str]:
    return {leaf.id for leaf in ast.walk(node) if isinstance(leaf, ast.Name)}


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)
