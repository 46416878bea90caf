"""What the source of a cell tells before it runs: the names that it binds and looks up, whether it only defines."""

import ast
import dis
import functools
import re
import symtable
import types
from collections.abc import Iterable, Iterator

UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
DEFINITIONS = (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)
IMPORTS = (ast.Import, ast.ImportFrom)
# What reads or writes names in ways that no source tells; a line of IPython's may do so, too.
WHO_KNOWS = re.compile(
    r"\b(?:exec|eval|globals|locals|vars|get_ipython|__import__|__main__|importlib)\b|import\s*\*|^\s*[%!]",
    re.MULTILINE,
)


@functools.lru_cache(maxsize=1024)
def parsed(source: str) -> list[ast.stmt] | None:
    """Return the statements of a cell; None where it is not Python alone."""
    try:
        return ast.parse(source).body
    except UNREADABLE:
        return None


def definitions_only(source: str) -> str:
    """Return the definitions and imports of a cell without what else it does; '' where it does nothing else."""
    nodes = parsed(source) or []
    kept = [ast.get_source_segment(source, node) or "" for node in nodes if isinstance(node, DEFINITIONS + IMPORTS)]
    return "\n".join(kept) if len(kept) < len(nodes) else ""


def only_defines(source: str) -> bool:
    """Say whether a cell defines functions and classes and does nothing else: such a cell cannot hang or crash."""
    nodes = parsed(source)
    return nodes is not None and all(_is_harmless(node) for node in nodes)


def _is_harmless(node: ast.stmt) -> bool:
    match node:
        case ast.FunctionDef(decorator_list=[], args=arguments, returns=None):
            defaults = [*arguments.defaults, *filter(None, arguments.kw_defaults)]
            given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            return all(isinstance(d, ast.Constant) for d in defaults) and not any(a.annotation for a in given)
        case ast.ClassDef(decorator_list=[], keywords=[], bases=bases, body=body):
            return all(isinstance(base, ast.Name) for base in bases) and all(map(_is_harmless, body))
        case ast.Expr(value=ast.Constant()) | ast.Pass() | ast.Assign(value=ast.Constant(), targets=[ast.Name()]):
            return True
    return False


@functools.lru_cache(maxsize=4096)
def bound_names(source: str) -> frozenset[str]:
    """Return the names that a cell binds at its top, without what it imports."""
    symbols = _symbols(source).get_symbols()
    return frozenset(s.get_name() for s in symbols if (s.is_assigned() or s.is_namespace()) and not s.is_imported())


@functools.lru_cache(maxsize=4096)
def top_names(source: str) -> frozenset[str]:
    """Return the names that a cell binds at its top, also those that it imports."""
    symbols = _symbols(source).get_symbols()
    return frozenset(s.get_name() for s in symbols if s.is_assigned() or s.is_namespace() or s.is_imported())


def free_names(source: str) -> frozenset[str]:
    """Return the names that a cell looks up, and does not bind itself."""
    top = _symbols(source)
    found, todo = set(), [top]
    while todo:
        table = todo.pop()
        todo += table.get_children()
        symbols = (s for s in table.get_symbols() if s.is_referenced())
        found |= {s.get_name() for s in symbols if table is top or s.is_global()}
    return frozenset(found - top_names(source))


@functools.lru_cache(maxsize=1024)
def _symbols(source: str) -> symtable.SymbolTable:
    try:
        return symtable.symtable(source, "<cell>", "exec")
    except UNREADABLE:
        return symtable.symtable("", "<cell>", "exec")


def imports_of(source: str) -> list[str]:
    """Return the import statements at the top of a cell."""
    return [ast.unparse(node) for node in parsed(source) or [] if isinstance(node, IMPORTS)]


def imported_modules(source: str) -> set[str]:
    """Return the names of the modules that a piece of source imports anywhere in it."""
    found = set()
    for node in ast.walk(ast.Module(parsed(source) or [], [])):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def needed(cells: Iterable[tuple[str, bool]]) -> list[bool]:
    """Say of each cell whether it must run, for ``(source, whether it may be left out)`` of each.

    A cell that may be left out must run all the same where one that runs looks up a name that it binds or
    may change. The order does not count: a function looks its names up when it is called.
    """
    cells = list(cells)
    changed = [changed_names(source) if optional else None for source, optional in cells]
    runs = [names is None for names in changed]
    todo = [source for (source, _), run in zip(cells, runs, strict=True) if run]
    while todo:
        source = todo.pop()
        if WHO_KNOWS.search(source):
            return [True] * len(cells)
        for i, names in enumerate(changed):
            if names is not None and not runs[i] and looks_up(source, names):
                runs[i] = True
                todo.append(cells[i][0])
    return runs


@functools.lru_cache(maxsize=1024)
def changed_names(source: str) -> frozenset[str] | None:
    """Return the names that a cell binds, and those whose objects it may change; None where nobody can tell."""
    nodes = parsed(source)
    if nodes is None or WHO_KNOWS.search(source):
        return None
    bound = {step.argval for step in dis.get_instructions(_compiled(source)) if step.opname == "STORE_NAME"}
    for code in _codes(_compiled(source)):
        bound |= {step.argval for step in dis.get_instructions(code) if step.opname == "STORE_GLOBAL"}
    return frozenset(bound | _touched(nodes))


def looks_up(source: str, names: frozenset[str]) -> bool:
    """Say whether a cell looks up one of ``names`` outside of its functions' own."""
    return not names.isdisjoint(_looked_up(source))


@functools.lru_cache(maxsize=1024)
def _looked_up(source: str) -> frozenset[str]:
    try:
        codes = _codes(_compiled(source))
    except UNREADABLE:
        return frozenset()  # it will not run either
    steps = (step for code in codes for step in dis.get_instructions(code))
    return frozenset(step.argval for step in steps if step.opname in ("LOAD_NAME", "LOAD_GLOBAL"))


@functools.lru_cache(maxsize=1024)
def _compiled(source: str) -> types.CodeType:
    return compile(source, "<cell>", "exec")


def _touched(nodes: list[ast.stmt]) -> set[str]:
    """Return the names of the objects that statements at the top may change: ``x[0] = 1``, ``x.append(1)``."""
    places = [t for n in nodes if isinstance(n, (ast.Assign, ast.Delete)) for t in n.targets]
    places += [n.target for n in nodes if isinstance(n, (ast.AugAssign, ast.AnnAssign))]
    places += [n.value.func for n in nodes if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)]
    inner = [p for p in places if isinstance(p, (ast.Attribute, ast.Subscript))]
    return {leaf.id for place in inner for leaf in ast.walk(place.value) if isinstance(leaf, ast.Name)}


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)
