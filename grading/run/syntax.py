"""What the source of a cell tells before it runs: the names that it binds and looks up, whether it only defines."""

import ast
import functools
import symtable

UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
DEFINITIONS = (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)
IMPORTS = (ast.Import, ast.ImportFrom)


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
