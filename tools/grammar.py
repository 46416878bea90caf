"""Derive wrong answers from right ones: a catalogue of edits as students make them.

An edit replaces one node of the syntax tree, or a few, and has a sentence about it. ``edits`` finds all
edits of a source, ``apply`` makes one or two of them, ``difference`` reads a written wrong answer as an
edit of the reference, so that it can be combined with others. Nothing of this is shipped: students
receive fingerprints of what the derived answers do, and the sentences, which quote no code.
"""

import ast
import copy
from collections.abc import Iterator
from typing import NamedTuple

Path = tuple  # of (field, index or None), from the module to a node


class Edit(NamedTuple):
    """Nodes to replace, and what to say to a student who made this mistake."""

    hint: str
    spots: tuple  # of (path, new node)


def edits(tree: ast.Module, every: bool = True) -> list[Edit]:
    """Return all edits of a right answer, the more usual kinds first.

    every: False leaves out those whose sentences only fit answers that are written like this one
    """
    names = _Names(tree)
    found = [
        Edit(hint, ((path, new),))
        for rule in (RULES + STYLE if every else RULES)
        for path, node in _walk(tree)
        for new, hint in rule(node, names)
    ]
    return found + ([Edit(hint, spots) for hint, spots in _statements(tree)] if every else [])


def parse(source: str) -> ast.Module:
    """Return the syntax tree of an answer without docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return tree


def apply(tree: ast.Module, *wanted: Edit) -> str | None:
    """Return the source of ``tree`` with these edits, or None where two of them replace the same node.

    A new node may hold nodes of ``tree``; another edit may replace one of those.
    """
    spots = [(id(_at(tree, path)), new) for edit in wanted for path, new in edit.spots]
    if len(dict(spots)) < len(spots):
        return None
    return ast.unparse(ast.fix_missing_locations(_replaced(tree, dict(spots), frozenset()))) + "\n"


def _replaced(node, new, done):
    """Return a copy of ``node`` in which ``new[id(n)]`` stands for each node n; ``done`` are those around it."""
    if id(node) in new and id(node) not in done:
        return _replaced(new[id(node)], new, done | {id(node)})
    fields = {}
    for field, value in ast.iter_fields(node):
        if isinstance(value, list):
            fields[field] = [_replaced(v, new, done) if isinstance(v, ast.AST) else v for v in value]
        else:
            fields[field] = _replaced(value, new, done) if isinstance(value, ast.AST) else value
    return type(node)(**fields)


def difference(tree: ast.AST, other: ast.AST, hint: str) -> Edit | None:
    """Return the edit that makes ``other`` of ``tree``, or None where they differ in the number of statements."""
    spots = list(_differences(tree, other, ()))
    return None if not spots or any(path == () for path, _ in spots) else Edit(hint, tuple(spots))


def _differences(one, two, path):
    if ast.dump(one) == ast.dump(two):
        return
    if type(one) is not type(two):
        yield path, _Holding(one).visit(two)
        return
    spots = []
    for field, value in ast.iter_fields(one):
        against = getattr(two, field)
        if isinstance(value, ast.AST) and isinstance(against, ast.AST):
            spots += _differences(value, against, (*path, (field, None)))
        elif isinstance(value, list) and isinstance(against, list) and len(value) == len(against):
            for i, (a, b) in enumerate(zip(value, against, strict=True)):
                if isinstance(a, ast.AST):
                    spots += _differences(a, b, (*path, (field, i)))
                elif a != b:
                    spots = None
                    break
        elif value != against:
            spots = None
        if spots is None:
            yield path, _Holding(one).visit(two)
            return
    yield from spots


class _Holding(ast.NodeTransformer):
    """Put nodes of ``old`` in the place of those that are written alike, so that other edits find them there."""

    def __init__(self, old):
        nodes = [n for n in ast.walk(old) if isinstance(n, ast.expr) and not isinstance(n, (ast.Name, ast.Constant))]
        self.nodes = {ast.dump(n): n for n in nodes}

    def visit(self, node):
        return self.nodes.get(ast.dump(node)) or self.generic_visit(node)


def _walk(tree, path=()) -> Iterator[tuple[Path, ast.AST]]:
    for field, value in ast.iter_fields(tree):
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST):
                inner = (*path, (field, index))
                yield inner, node
                yield from _walk(node, inner)


def _at(tree, path):
    for field, index in path:
        tree = getattr(tree, field) if index is None else getattr(tree, field)[index]
    return tree


class _Names:
    """The names in an answer that its text may speak of: parameters, keys of dicts and attributes."""

    def __init__(self, tree):
        nodes = list(ast.walk(tree))
        self.parameters = {a.arg for n in nodes if isinstance(n, ast.arguments) for a in n.args} - {"self"}
        self.keys = {}  # name of a dict -> its keys
        for n in nodes:
            if isinstance(n, ast.Subscript) and isinstance(n.slice, ast.Constant) and isinstance(n.slice.value, str):
                self.keys.setdefault(ast.unparse(n.value), []).append(n.slice.value)
        self.attributes = {n.attr for n in nodes if isinstance(n, ast.Attribute) and _is_name(n.value, "self")}
        assigned = [n for n in nodes if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)]
        self.values = {n.targets[0].id: n.value for n in assigned}  # name of a variable -> what it is

    def of(self, node):
        """Return the names in ``node`` that can be told, in order."""
        found = []
        for n in ast.walk(node):
            if isinstance(n, ast.Subscript) and isinstance(n.slice, ast.Constant) and isinstance(n.slice.value, str):
                found.append(n.slice.value)
            elif isinstance(n, ast.Name) and n.id in self.parameters - set(self.keys):
                found.append(n.id)
            elif isinstance(n, ast.Attribute) and _is_name(n.value, "self"):
                found.append(n.attr)
        return list(dict.fromkeys(found))

    def one(self, node):
        """Return the name of a node that is a name itself, or ''."""
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            found = self.of(node)
            return found[-1] if len(found) == 1 else ""
        return ""


def _is_name(node, name):
    return isinstance(node, ast.Name) and node.id == name


def _function(node):
    """Return the name of the function that a call calls: sum for np.sum(A) and A.sum()."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _amounts(node):
    """Return what a node without names multiplies or divides by: numbers and counts."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return [f"{node.value:g}"]
    if isinstance(node, ast.BinOp) and not _counts(node):
        return list(dict.fromkeys([*_amounts(node.left), *_amounts(node.right)]))
    return [_counts(node)] if _counts(node) else []


def _with(node, **fields):
    new = copy.copy(node)
    for field, value in fields.items():
        setattr(new, field, value)
    return new


def _part(kind, dropped, left, names):
    """Say what is missing, or else what is there alone."""
    told, there = names.of(dropped) or _amounts(dropped), names.of(left)
    if told:
        return f"A {kind} is missing: the one with {' and '.join(told[:3])}."
    rest = f": you only have the one with {' and '.join(there[:3])}" if there else ""
    return f"A {kind} is missing{rest}."


# Rules: a node and the names -> pairs (new node, sentence)

REDUCTIONS = {"sum": "A sum", "mean": "A mean", "max": "A maximum", "argmax": "The search for the largest entry"}
WAYS = {0: "over the examples (axis 0)", 1: "along each row (axis 1)"}


def _axis(node, names):
    for i, keyword in enumerate(getattr(node, "keywords", ())):
        if (
            keyword.arg != "axis"
            or not isinstance(keyword.value, ast.Constant)
            or _function(node) not in {*REDUCTIONS, "softmax"}
        ):
            continue
        what, axis = REDUCTIONS.get(_function(node), "The softmax"), keyword.value.value
        if axis not in (0, 1):
            continue
        # In a matrix that is turned, an axis means the other thing: the student may have it as it was.
        turned = any(isinstance(part, ast.Attribute) and part.attr == "T" for part in ast.walk(node))
        run = "Give it the right axis." if turned else f"Let it run {WAYS[axis]}."
        other = [*node.keywords]
        other[i] = ast.keyword("axis", ast.Constant(1 - axis))
        runs = "along the wrong axis." if turned else f"{WAYS[1 - axis]}. {run}"
        yield _with(node, keywords=other), f"{what} runs {runs}"
        rest = [k for k in node.keywords if k is not keyword]
        yield _with(node, keywords=rest), f"{what} takes the whole array at once. {run}"
        bare = [k for k in rest if k.arg != "keepdims"]
        if bare != rest:
            yield _with(node, keywords=bare), f"{what} takes the whole array at once. {run}"


def _keepdims(node, names):
    rest = [k for k in getattr(node, "keywords", ()) if k.arg != "keepdims"]
    if isinstance(node, ast.Call) and rest != node.keywords:
        what = REDUCTIONS.get(_function(node), "A sum")
        yield (
            _with(node, keywords=rest),
            f"{what} loses its axis, so rows and columns are mixed up. Write keepdims=True.",
        )


def _transpose(node, names):
    if isinstance(node, ast.Attribute) and node.attr == "T":
        name = names.one(node.value)
        what = f"{name} is used as it is" if name else "An array is used as it is"
        yield node.value, f"{what} where its transpose (.T) is needed."
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        for side in ("left", "right"):
            part = getattr(node, side)
            if not (isinstance(part, ast.Attribute) and part.attr == "T"):
                name = names.one(part)
                turned = ast.Attribute(part, "T", ast.Load())
                yield (
                    _with(node, **{side: turned}),
                    f"{name or 'An array'} is transposed (.T) where it should stay as it is.",
                )


def _product(node, names):
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield _with(node, op=ast.Mult()), "Entries are multiplied one by one where a matrix product (@) is needed."
        yield (
            _with(node, left=node.right, right=node.left),
            "The two parts of a matrix product stand in the wrong order.",
        )


def _average(node, names):
    swap = {
        "mean": ("sum", "This is what a sum gives where a mean is needed: divide by the number of examples."),
        "sum": ("mean", "This is what a mean gives where a sum is needed. Do not divide here."),
    }
    name = _function(node)
    if name in swap and isinstance(node.func, ast.Attribute):
        yield _with(node, func=_with(node.func, attr=swap[name][0])), swap[name][1]


def _counts(node):
    """Return what a divisor counts, or ''."""
    text = ast.unparse(node)
    if text in ("m", "n_examples") or _function(node) == "len" or text.endswith(".shape[0]"):
        return "the number of examples"
    return "the number of entries" if text.endswith(".size") else ""


def _counted(node, names):
    """Return the parameter whose examples a divisor counts, or a table of the answer where it is a number, or ''."""
    inside = [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in names.parameters]
    return next((name for name in [*inside, "P", "Y", "Z", "X"] if name in names.parameters), "")


def _division(node, names):
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)):
        return
    what = _counts(node.right)
    if what:
        yield node.left, f"The division by {what} is missing."
        yield _with(node, left=copy.copy(node)), f"You divide by {what} twice."
        yield _with(node, op=ast.Mult()), f"You multiply by {what} where you should divide."
        counted = _counted(node.right, names)
        if counted:
            columns = ast.parse(f"np.shape({counted})[-1]", mode="eval").body
            every = ast.parse(f"np.size({counted})", mode="eval").body
            yield _with(node, right=columns), f"You divide by the number of columns. Divide by {what}."
            yield _with(node, right=every), f"You divide by the number of all entries. Divide by {what}."
    else:
        yield _with(node, op=ast.Mult()), "You multiply where you should divide."
        yield _with(node, left=node.right, right=node.left), "A division stands the wrong way round."


def _constant(node, names):
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        for side, other in (("left", "right"), ("right", "left")):
            part = getattr(node, side)
            if isinstance(part, ast.Constant) and isinstance(part.value, (int, float)):
                yield getattr(node, other), f"The factor {part.value:g} is missing."
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant):
        yield node.left, "A square is missing."
        yield _with(node, op=ast.Mult()), "Something is doubled where it should be squared."


def _sign(node, names):
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand, "The minus sign is missing."
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, (ast.Add, ast.Sub)):
        add = isinstance(node.op, ast.Add)
        words = ("subtract", "add") if add else ("add", "subtract")
        told = " and ".join(names.of(node.value if isinstance(node, ast.AugAssign) else node.right)[:3])
        what = f" the part with {told}" if told else ""
        yield _with(node, op=ast.Sub() if add else ast.Add()), f"You {words[0]}{what} where you should {words[1]}."
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        left, right = names.one(node.left), names.one(node.right)
        order = f": {left} minus {right} is right" if left and right else ""
        yield _with(node, left=node.right, right=node.left), f"A difference is taken the wrong way round{order}."


FUNCTIONS = {
    "exp": "The exponential",
    "log": "The logarithm",
    "abs": "The absolute value",
    "sqrt": "The square root",
    "tanh": "tanh",
    "expit": "The sigmoid (expit)",
    "softmax": "The softmax",
    "clip": "The clip",
    "norm": "The norm",
    "maximum": "The maximum with a number",
    "mean": "A mean",
    "sum": "A sum",
    "round": "The rounding",
    "reversed": "The reversed order",
}
OTHERS = {
    "log": [("log10", "base 10"), ("log2", "base 2")],
    "maximum": [("minimum", "")],
    "max": [("min", "")],
    "argmax": [("argmin", "")],
    "zeros": [("ones", "")],
    "zeros_like": [("ones_like", "")],
}


def _call(node, names):
    if not isinstance(node, ast.Call):
        return
    name = _function(node)
    method = isinstance(node.func, ast.Attribute) and not _is_name(node.func.value, "np")
    inside = ([node.func.value] if method else []) + node.args
    if name in FUNCTIONS and inside and "linalg" not in ast.unparse(node.func):
        yield (
            inside[1 if name == "maximum" and isinstance(inside[0], ast.Constant) else 0],
            f"{FUNCTIONS[name]} is missing.",
        )
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        for other, what in OTHERS.get(name, ()):
            text = f"You use {other} where {name} is needed."
            if name == "log":
                text = f"This is what {other} gives ({what}). Take the natural logarithm, np.log."
            yield _with(node, func=_with(node.func, attr=other)), text
    swaps = {"tanh": "expit", "expit": "tanh"}
    if name in swaps:
        func = ast.parse("np.tanh" if name == "expit" else "(lambda v: 1 / (1 + np.exp(-v)))", mode="eval").body
        words = ("tanh", "the sigmoid") if name == "expit" else ("the sigmoid", "tanh")
        yield _with(node, func=func), f"You use {words[0]} where {words[1]} belongs."
    if (
        isinstance(node, ast.Call)
        and not node.keywords
        and len(node.args) == 2
        and not isinstance(node.args[0], ast.Starred)
    ):
        if name not in ("maximum", "minimum", "range", "getattr", "hasattr"):
            yield _with(node, args=node.args[::-1]), f"The two arguments of {name} stand in the wrong order."


def _terms(node, names):
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub, ast.Mult)):
        kind = "factor" if isinstance(node.op, ast.Mult) else "part of a sum"
        simple = isinstance(node.right, ast.Constant) or isinstance(node.left, ast.Constant)
        yield node.left, _part(kind, node.right, node.left, names)
        if isinstance(node.op, ast.Sub):
            yield ast.UnaryOp(ast.USub(), node.right), _part(kind, node.left, node.right, names)
        yield node.right, _part(kind, node.left, node.right, names)
        if kind == "factor" and not simple:
            for factor in (node.right, node.left):
                told = " and ".join(names.of(factor)[:3])
                yield (
                    ast.BinOp(node, ast.Mult(), factor),
                    "A factor stands twice" + (f": the one with {told}." if told else "."),
                )


def _brackets(node, names):
    """Let a function go over too much, or over too little."""
    first = names.values.get(node.left.id) if isinstance(getattr(node, "left", None), ast.Name) else None
    first = first or getattr(node, "left", None)
    if isinstance(node, ast.BinOp) and _is_entrywise(first):
        inside = _with(node, left=first.args[0])
        what = FUNCTIONS[_function(first)]
        yield _with(first, args=[inside]), f"A bracket is in the wrong place: {what.lower()} goes over too much."
    if _is_entrywise(node) and isinstance(node.args[0], ast.BinOp):
        inside = node.args[0]
        what = FUNCTIONS[_function(node)]
        outside = _with(inside, left=_with(node, args=[inside.left]))
        yield outside, f"A bracket is in the wrong place: {what.lower()} goes over too little."


def _is_entrywise(node):
    return _function(node) in ("exp", "log", "abs", "sqrt", "tanh", "expit") and len(node.args) == 1


def _one_number(node, names):
    """Take one number of a table where its whole column, or the number of the same example, is needed."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) and names.one(node.value):
        row, *columns = node.slice.elts
        if isinstance(row, (ast.Name, ast.Slice)) and all(isinstance(c, ast.Name) for c in columns):
            first = ast.Tuple([ast.Constant(0), *columns], ast.Load())
            hint = f"You always use the first row of {names.one(node.value)}. Each example has a row of its own."
            yield _with(node, slice=first), hint


def _norm(node, names):
    if _function(node) == "sum" and len(getattr(node, "args", ())) == 1 and not node.keywords:
        squares = node.args[0]
        if isinstance(squares, ast.BinOp) and isinstance(squares.op, ast.Pow):
            norm = ast.parse("np.linalg.norm", mode="eval").body
            yield (
                ast.Call(norm, [squares.left], []),
                "A norm is used where its square is needed: the sum of the squares.",
            )


def _comparison(node, names):
    turned = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.LtE, ast.LtE: ast.GtE}
    if isinstance(node, ast.Compare) and type(node.ops[0]) in turned:
        yield _with(node, ops=[turned[type(node.ops[0])]()]), "A comparison is the wrong way round."


def _names_swapped(node, names):
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        for key in dict.fromkeys(names.keys.get(ast.unparse(node.value), ())):
            if key != node.slice.value:
                yield _with(node, slice=ast.Constant(key)), f"You use {key} where {node.slice.value} belongs."
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names.parameters:
        for other in sorted(names.parameters - {node.id} - set(names.keys)):
            yield ast.Name(other, ast.Load()), f"You use {other} where {node.id} belongs."
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id.removesuffix("_batch") != node.id:
        whole = node.id.removesuffix("_batch")
        yield ast.Name(whole, ast.Load()), f"You use all of {whole} where only the batch is needed."
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name) and names.one(node.value):
        yield node.value, f"You use all of {names.one(node.value)} where only a part of it is needed."
    if isinstance(node, ast.Attribute) and _is_name(node.value, "self") and isinstance(node.ctx, ast.Load):
        for other in sorted(names.attributes - {node.attr}):
            yield _with(node, attr=other), f"You use self.{other} where self.{node.attr} belongs."


def _ranges(node, names):
    if isinstance(node, ast.Call) and _function(node) == "range":
        last = min(len(node.args) - 1, 1)
        ends = list(node.args)
        fewer = [ast.BinOp(a, ast.Sub(), ast.Constant(1)) if i == last else a for i, a in enumerate(ends)]
        more = [ast.BinOp(a, ast.Add(), ast.Constant(1)) if i == last else a for i, a in enumerate(ends)]
        yield _with(node, args=fewer), "The loop ends one step too early."
        yield _with(node, args=more), "The loop goes one step too far."
        if len(ends) == 1:
            yield (
                _with(node, args=[ast.Constant(1), *ends]),
                "The loop starts one step too late: it leaves out number 0.",
            )
            yield _with(node, args=[ast.Constant(1)]), "The loop runs only once."
    if isinstance(node, ast.comprehension) or isinstance(node, ast.For):
        whole = ast.unparse(node.iter)
        yield _with(node, iter=ast.parse(f"list({whole})[:-1]", mode="eval").body), "The last item is left out."
        yield _with(node, iter=ast.parse(f"list({whole})[1:]", mode="eval").body), "The first item is left out."
        yield _with(node, iter=ast.parse(f"list({whole})[:1]", mode="eval").body), "Only the first item is used."


def _slices(node, names):
    if not isinstance(node, ast.Subscript):
        return
    text = ast.unparse(node.slice)
    if text == "::-1":
        yield node.value, "The order is not turned round at the end."
    if text == "-1":
        yield _with(node, slice=ast.Constant(0)), "You always take the first item where the last one is needed."
    if isinstance(node.slice, ast.Slice) and node.slice.lower and not node.slice.upper:
        yield _with(node, slice=ast.Slice(None, node.slice.lower)), "You take the beginning where the rest is needed."
        yield node.value, "A part should be cut off, but all is used."
    if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
        row, column = node.slice.elts
        if "arange" in ast.unparse(row):
            every = ast.Tuple([ast.Slice(None, None), column], ast.Load())
            yield (
                _with(node, slice=every),
                "The index takes whole columns. One entry of each row is needed: index the rows, too.",
            )
            off = ast.Tuple([row, ast.BinOp(column, ast.Sub(), ast.Constant(1))], ast.Load())
            yield _with(node, slice=off), "The column is one too small: labels start at 0."
            yield (
                _with(node, slice=ast.Tuple([column, row], ast.Load())),
                "Rows and columns are exchanged in the index.",
            )
        if isinstance(column, ast.Slice) and column.lower:
            cut = ast.Tuple([row, ast.Slice(None, ast.Constant(-1))], ast.Load())
            yield _with(node, slice=cut), "The last column is cut off in place of the first."
            yield node.value, "The first column (of the bias) is not cut off."
    if (
        isinstance(node.slice, ast.Tuple)
        and isinstance(node.slice.elts[-1], ast.Constant)
        and node.slice.elts[-1].value == 0
    ):
        last = ast.Tuple([*node.slice.elts[:-1], ast.Constant(-1)], ast.Load())
        yield _with(node, slice=last), "The last column is used in place of the first, the one of the bias."


def _copies(node, names):
    if isinstance(node, ast.Call):
        name = _function(node)
        if name in ("array", "copy", "asarray", "astype", "deepcopy", "list"):
            method = isinstance(node.func, ast.Attribute) and not _is_name(node.func.value, "np")
            inside = node.func.value if method and name != "deepcopy" else (node.args[0] if node.args else None)
            if inside is not None and not isinstance(inside, (ast.List, ast.ListComp)):
                yield inside, "No copy is made, so something that is still needed changes with it."
        rest = [k for k in node.keywords if k.arg != "dtype"]
        if rest != node.keywords:
            yield (
                _with(node, keywords=rest),
                "An array of whole numbers takes no fractions. Make it an array of floats.",
            )


def _in_place(node, names):
    if (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.BinOp)
        and isinstance(node.value.op, (ast.Add, ast.Sub))
    ):
        target = node.targets[0]
        if ast.unparse(target) == ast.unparse(node.value.left):
            change = ast.AugAssign(target, node.value.op, node.value.right)
            yield (
                change,
                "An array is changed in place, and others still need its old values. Write a = a - ..., not a -= ...",
            )


SCALES = {2: "2 times too large", 0.5: "half of what it should be", -1: "right but for the sign"}


def _scaled(value, factor):
    return ast.BinOp(ast.Constant(factor), ast.Mult(), value)


def _returns(node, names):
    """Change one of the results, or all of them."""
    if not isinstance(node, ast.Return) or not isinstance(node.value, (ast.BinOp, ast.Call, ast.UnaryOp, COLLECTIONS)):
        return
    results, field = [node.value], None
    if isinstance(node.value, COLLECTIONS):
        field = "values" if isinstance(node.value, ast.Dict) else "elts"
        results = getattr(node.value, field)
    for i, result in enumerate(results):
        which = _which(node.value, i)
        changes = [(_scaled(result, factor), f"{which} is {text}.") for factor, text in SCALES.items()]
        if not isinstance(result, ast.Name):
            turned = ast.Attribute(result, "T", ast.Load())
            changes.append((turned, f"{which} lies the other way: rows and columns are exchanged."))
        if _function(result) == "array":
            for cut, text in ((ast.Slice(ast.Constant(1)), "first"), (ast.Slice(None, ast.Constant(-1)), "last")):
                changes.append((ast.Subscript(result, cut, ast.Load()), f"The {text} row of the result is missing."))
        for new, hint in changes:
            whole = new if field is None else _with(node.value, **{field: [*results[:i], new, *results[i + 1 :]]})
            yield _with(node, value=whole), hint
    if isinstance(node.value, ast.Tuple):
        for i, result in enumerate(results):
            yield _with(node, value=result), f"{_which(node.value, i)} is the only one that is returned."
        exchanged = _with(node.value, elts=results[::-1])
        yield _with(node, value=exchanged), "The results are returned in the wrong order."
    if field and len(results) > 1:
        for factor, text in SCALES.items():
            scaled = [_scaled(result, factor) for result in results]
            yield _with(node, value=_with(node.value, **{field: scaled})), f"Each result is {text}."


COLLECTIONS = (ast.Tuple, ast.Dict)


def _which(value, i):
    if isinstance(value, ast.Dict):
        return f"{getattr(value.keys[i], 'value', 'An entry')}"
    return f"The {('first', 'second', 'third', 'fourth')[i]} result" if isinstance(value, ast.Tuple) else "The result"


RULES = [
    _axis,
    _keepdims,
    _transpose,
    _product,
    _average,
    _division,
    _constant,
    _sign,
    _terms,
    _call,
    _brackets,
    _one_number,
    _norm,
    _returns,
]
STYLE = [_comparison, _slices, _ranges, _copies, _in_place, _names_swapped]


# Statements


def _statements(tree):
    """Yield ``(sentence, spots)``: a statement left out, two exchanged, a return inside the loop, ..."""
    for path, node in [((), tree), *_walk(tree)]:
        body = getattr(node, "body", None)
        if not isinstance(body, list) or isinstance(node, (ast.Module, ast.ClassDef)):
            continue
        for i, statement in enumerate(body):
            here = (*path, ("body", i))
            yield from _left_out(statement, here)
            yield from _loop_variable(statement, here)
            if i + 1 < len(body):
                yield from _neighbours(statement, body[i + 1], here, (*path, ("body", i + 1)))


def _left_out(statement, here):
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Attribute):
        yield f"{ast.unparse(statement.targets[0])} is never stored.", ((here, ast.Pass()),)
    elif isinstance(statement, (ast.AugAssign, ast.Assign)) and isinstance(_target(statement), ast.Subscript):
        yield "A step is missing: some entries must still be changed.", ((here, ast.Pass()),)
    elif isinstance(statement, ast.AugAssign):
        yield "A step is missing: something must still be changed.", ((here, ast.Pass()),)
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        yield f"The call of {_function(statement.value)} is missing.", ((here, ast.Pass()),)
    elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        name = statement.targets[0].id
        if any(_is_name(n, name) for n in ast.walk(statement.value)):
            yield f"A step that gives {name} its new value is missing.", ((here, ast.Pass()),)


def _target(statement):
    return statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]


def _loop_variable(statement, here):
    """Turn ``a = [f(b) for b in c]`` into a loop that gives the new value to ``b`` only."""
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.ListComp):
        made = statement.value.generators[0]
        first = made.target.elts[0] if isinstance(made.target, ast.Tuple) else made.target
        if isinstance(first, ast.Name):
            target = ast.unparse(statement.targets[0])
            loop = ast.For(made.target, made.iter, [ast.Assign([first], statement.value.elt)], [])
            yield (
                f"The loop gives the new value to its own variable only, so {target} stays as it was.",
                ((here, loop),),
            )


def _neighbours(one, two, here, there):
    if isinstance(one, (ast.For, ast.While)) and isinstance(two, ast.Return):
        inside = _with(one, body=[*one.body, two])
        yield "The line with return is inside the loop, so it ends after its first pass.", ((here, inside),)
    calls = [_function(s.value) if isinstance(s, ast.Expr) else "" for s in (one, two)]
    if not isinstance(two, ast.Return) and not isinstance(one, (ast.FunctionDef, ast.Import)):
        text = f"{calls[1]} is called before {calls[0]}." if all(calls) else "Two steps stand in the wrong order."
        yield text, ((here, copy.copy(two)), (there, copy.copy(one)))
    if isinstance(one, (ast.For, ast.While)) and not isinstance(two, (ast.Return, ast.For)):
        yield (
            "A step after the loop stands inside it.",
            ((here, _with(one, body=[*one.body, copy.copy(two)])), (there, ast.Pass())),
        )
    if isinstance(one, (ast.For, ast.While)) and len(one.body) > 1:
        yield (
            "The last step of the loop stands outside of it, so it comes only once.",
            ((here, _with(one, body=one.body[:-1])), (there, ast.If(ast.Constant(True), [one.body[-1], two], []))),
        )
