"""What a test does to its own process, so that the code it calls behaves otherwise: apart, it would not reach that."""

import ast

from grading.run.syntax import parsed

SETTINGS = {  # functions that change how a process goes on
    *("signal.alarm", "signal.setitimer", "sys.setrecursionlimit", "locale.setlocale", "os.chdir", "os.putenv"),
    *("decimal.localcontext", "decimal.getcontext", "decimal.setcontext", "np.set_printoptions"),
}
FLOAT_ERRORS = {"np.errstate", "np.seterr", "numpy.errstate", "numpy.seterr"}  # where they are to be raised
PATCHES = ("patch", "patch.dict", "patch.multiple")
REACHED = ("builtins.input", "sys.stdout", "__main__.")  # targets of patches that work apart, too


def reaching(source: str, modules: set[str]) -> str:
    """Return the first expression of a test cell that reaches only code of its own process; '' where there is none.

    modules: names that are modules in the notebook
    """
    for node in ast.walk(ast.Module(parsed(source) or [], [])):
        if _reaches(node, modules):
            return ast.unparse(node)
    return ""


def modules_in(source: str) -> set[str]:
    """Return the names under which a cell imports modules."""
    nodes = ast.walk(ast.Module(parsed(source) or [], []))
    return {alias.asname or alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}


def _reaches(node: ast.AST, modules: set[str]) -> bool:
    match node:
        case ast.Call(func=function, args=arguments):
            return _changes_process(_dotted(function), arguments, node.keywords, modules)
        case ast.Assign(targets=targets):
            return any(_is_of_module(target, modules) for target in targets)
    return False


def _changes_process(name: str, arguments: list[ast.expr], keywords: list[ast.keyword], modules: set[str]) -> bool:
    given = [*arguments, *(keyword.value for keyword in keywords)]
    texts = [part.value for part in given if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    if name in SETTINGS:
        return True
    if name in FLOAT_ERRORS:
        return "raise" in texts
    if name.removeprefix("unittest.").removeprefix("mock.") in PATCHES:
        target = texts[0] if arguments and isinstance(arguments[0], ast.Constant) and texts else ""
        return bool(target and not target.startswith(REACHED)) or _is_module(arguments, modules)
    return name.endswith("patch.object") and _is_module(arguments, modules)


def _is_module(arguments: list[ast.expr], modules: set[str]) -> bool:
    return bool(arguments) and _dotted(arguments[0]).partition(".")[0] in modules


def _is_of_module(target: ast.expr, modules: set[str]) -> bool:
    """Say whether an assignment changes a module: ``random.random = ...``, ``os.environ["A"] = ...``."""
    if isinstance(target, ast.Subscript):
        return _dotted(target.value) == "os.environ"
    return isinstance(target, ast.Attribute) and _dotted(target.value) in modules - {"sys"}


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name) if dotted := _dotted(value):
            return f"{dotted}.{name}"
    return ""
