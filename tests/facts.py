"""The numbers and formulas of a Markdown cell, and whether the facts about it give them.

A number counts wherever it stands: in a sentence, a table, a formula, a code span. Its minus sign and its decimals
belong to it. Number words ("three"), letters, and digits inside a name (`W1`, `float64`) do not count.

The facts about a cell are one tuple. A string in it lists givens, the numbers that the text is free to choose,
as written: ``"2 3 0.5*4"`` is 2, 3, and four times 0.5. A string that starts with ``$`` is a formula that the cell
shows. Everything else is computed: numbers, in lists and arrays of any depth. The text must show a whole number as it
is, and a decimal number rounded to its digits; one that has at most three decimals itself is not rounded.

An equation between numbers (``$1 \\cdot 4 + 1 = 5$``) is calculated here and needs no facts. It holds a number
if a change of this number breaks it; the others count as if they stood in a sentence.
"""

import ast
import math
import re
from collections import Counter
from functools import cache

import numpy as np

UNSIGNED = r"(?<![A-Za-z_\d.])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d+)?%?(?!\d)"
NUMBER = re.compile(r"(?:(?<![\w)\]}])-(?=\d))?" + UNSIGNED)
UNSIGNED = re.compile(UNSIGNED)
FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$]+\$", re.DOTALL)
CODE = re.compile(r"```.*?```|`[^`]+`", re.DOTALL)
LINK = re.compile(r"\]\([^)]*\)|<[^<>]*>|&\w+;|https?://\S+")


def spelled(text):
    """The text with each fraction in braces and every link blanked, so that its numbers stand apart."""
    text = LINK.sub(lambda found: " " * len(found[0]), text)
    text = re.sub(r"\\[td]?frac(\w)(\w)", r"\\frac{\1}{\2}", text)
    return re.sub(r"\\[td]?frac(\w)", r"\\frac{\1}", text)


def formula(text):
    """A formula without its spaces and without the words inside it, which a translation may change."""
    return re.sub(r"\\text\w*\{[^{}]*\}|\\[,;:! ]|\\q?quad|\s+", "", text)


# ---------------------------------------------------------------- equations

FUNCTIONS = {
    "log": math.log,
    "exp": math.exp,
    "tanh": math.tanh,
    "sqrt": math.sqrt,
    "sigma": lambda z: 1 / (1 + math.exp(-z)),
    "max": max,
}


def as_python(tex):
    """TeX arithmetic as a Python expression."""
    for old, new in [
        (r"\\(left|right|[bB]igg?[lr]?|,|;|:|!| )", " "),
        (r"\\q?quad", " "),
        (r"\\cdot|\\times", "*"),
        (r"\{,\}", ""),
        (r"\\log|\\ln", " log "),
        (r"\\(tanh|sqrt|sigma|max|exp)", r" \1 "),
        (r"(?<![A-Za-z\\])e\^\{([^{}]*)\}", r" exp(\1)"),
        (r"(?<![A-Za-z\\])e\^(\d)", r" exp(\1)"),
    ]:
        tex = re.sub(old, new, tex)
    while (opened := re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", tex)) != tex:
        tex = opened
    tex = tex.replace("^", "**").replace("{", "(").replace("}", ")")
    tex = re.sub(r"\b(log|tanh|sqrt|sigma)\s+(\d[\d.]*(?:\*\*\(?-?\d+\)?)?|\(\(\d+\)/\(\d+\)\))", r"\1(\2)", tex)
    tex = re.sub(r"\b(log|tanh|sqrt|sigma|exp|max)\s+\(", r"\1(", tex)
    return re.sub(r"(?<=[\d)])\s*(?=\(|(?:log|tanh|sqrt|sigma|exp)\()", "*", tex)


@cache
def compiled(tex):
    """The code and the names of one side of an equation; None if it is no arithmetic."""
    try:
        tree = ast.parse(as_python(tex).strip(), mode="eval")
    except SyntaxError:
        return None
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    kinds = (
        ast.Expression,
        ast.BinOp,
        ast.UnaryOp,
        ast.Call,
        ast.Constant,
        ast.Name,
        ast.operator,
        ast.unaryop,
        ast.Load,
    )
    plain = all(isinstance(node, kinds) for node in ast.walk(tree)) and names <= set(FUNCTIONS)
    return compile(tree, "formula", "eval") if plain else None


def value(tex):
    """The number that one side of an equation is; None if it is none."""
    code = compiled(tex)
    try:
        found = eval(code, {"__builtins__": {}}, FUNCTIONS) if code else None
    except (ArithmeticError, ValueError, TypeError):
        return None
    return float(found) if isinstance(found, (int, float)) else None


def half_unit(number):
    """Half a unit of the last decimal that is shown."""
    _, _, decimals = number.partition(".")
    return 0.5 * 10.0 ** -len(decimals)


def slack(tex):
    """How far the roundings of the long decimals in it may move one side of an equation."""
    moves = 0.0
    for found in UNSIGNED.finditer(tex):
        if len(found[0].partition(".")[2]) >= 3:
            moved = f"{float(found[0]) + half_unit(found[0]):.12f}"
            other = value(tex[: found.start()] + moved + tex[found.end() :])
            moves += abs(other - value(tex)) if other is not None else 0
    return moves


def agree(sides):
    """Whether the sides of an equation are equal, each as exact as the digits that it shows."""
    values = [value(side) for side in sides]
    if any(v is None for v in values):
        return False
    for i, one in enumerate(sides):
        for j in range(i):
            room = slack(one) + slack(sides[j])
            for side in (one, sides[j]):  # a short decimal that stands alone is rounded, too
                alone = re.fullmatch(r"\s*-?(\d+\.\d{1,2})\s*", side)
                room += half_unit(alone[1]) if alone else 0
            if abs(values[i] - values[j]) > room * 1.01 + 1e-9 * abs(values[i]):
                return False
    return True


def equations(text):
    """Yield ``(start, sides)`` of each chain of equal numbers in the formulas, ``sides`` as ``[(offset, tex)]``."""
    for found in FORMULA.finditer(text):
        inner = found[0].strip("$")
        start = found.start() + found[0].index(inner)
        for part in re.finditer(r"(?:[^,\\&]|\\(?!\\|q?quad|text|;)[^,]?|,(?! ))+", inner):
            sides, at = [], part.start()
            for side in re.split(r"(=|\\approx)", part[0]):
                if side not in ("=", r"\approx"):
                    sides.append((start + at, side))
                at += len(side)
            numeric = [pair for pair in sides if value(pair[1]) is not None]
            if len(numeric) > 1:
                yield numeric


def changed(number):
    """Close numbers with as many decimals."""
    decimals = len(number.partition(".")[2])
    unit = 10.0**-decimals
    return {f"{float(number) + step * unit:.{decimals}f}" for step in (-1, 1, 2) if float(number) + step * unit >= 0}


def broken(text):
    """The equations between numbers that are wrong."""
    return [
        " = ".join(tex.strip() for _, tex in chain)
        for chain in equations(spelled(text))
        if not agree([t for _, t in chain])
    ]


def held(text):
    """Where the numbers end that a right equation holds."""
    ends = set()
    for chain in equations(text):
        sides = [tex for _, tex in chain]
        if not agree(sides):
            continue
        for at, (start, tex) in enumerate(chain):
            for found in UNSIGNED.finditer(tex):
                if found[0].isdigit() or re.fullmatch(r"\d+\.\d+", found[0]):
                    others = [tex[: found.start()] + new + tex[found.end() :] for new in changed(found[0])]
                    if not any(agree([*sides[:at], other, *sides[at + 1 :]]) for other in others):
                        ends.add(start + found.end())
    return ends


# ---------------------------------------------------------------- numbers


def places(text):
    """``[(place, number)]`` of the numbers of a text that no equation holds, in its spelled form."""
    text = spelled(text)
    kept = held(text)
    found = [number for number in NUMBER.finditer(text) if number.end() not in kept]
    return [(number.start(), number[0].replace(",", "")) for number in found]


def numbers(text):
    """The numbers of a text that no equation holds, as written."""
    return [number for _, number in places(text)]


def given(text):
    """The numbers that a string of givens lists."""
    for part in text.split():
        number, _, times = part.partition("*")
        yield from [number] * int(times or 1)


def computed(values):
    """All numbers in nested lists and arrays."""
    if isinstance(values, (list, tuple)) or np.ndim(values):
        for inner in values:
            yield from computed(inner)
    else:
        yield float(values)


def is_written(number, exact):
    """Whether the number, as written, is this value."""
    scale = 100 if number.endswith("%") else 1
    number = number.rstrip("%")
    if "e" in number or "." not in number:
        return math.isclose(float(number), exact * scale, rel_tol=1e-6, abs_tol=1e-6 if "e" not in number else 0)
    short = abs(exact * scale - round(exact * scale, 3)) < 1e-9  # such a number needs no rounding
    return abs(float(number) - exact * scale) <= (1e-9 if short else half_unit(number) * (1 + 1e-6))


def differences(text, facts):
    """What is wrong with a cell: wrong equations, numbers without a fact, facts that it does not state."""
    left, missing = Counter(numbers(text)), []
    for fact in facts:
        if isinstance(fact, str) and fact.startswith("$"):
            missing += [] if formula(fact.strip("$")) in formula(text) else [fact]
        elif isinstance(fact, str):
            for number in given(fact):
                missing += [] if left[number] > 0 else [number]
                left[number] -= 1
    left = +left
    for exact in computed([fact for fact in facts if not isinstance(fact, str)]):
        fitting = [number for number in left if is_written(number, exact)]
        if fitting:
            left[max(fitting, key=len)] -= 1
            left = +left
        else:
            missing.append(f"{exact:.10g}")
    report = [f"an equation that does not hold: {equation}" for equation in broken(text)]
    report += [f"a number without a fact: {number}" for number in left.elements()]
    return report + [f"a fact that is not stated: {fact}" for fact in missing]


class Told:
    """What a notebook tells its reader: ``texts``, ``{cell id: Markdown, or the docstrings of a code cell}``."""

    def __init__(self, notebook):
        self.texts = {}
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                self.texts[cell.id] = cell.source
            elif '"""' in cell.source:
                nodes = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
                self.texts[cell.id] = "\n".join(ast.get_docstring(node) or "" for node in nodes)

    def shows(self, cell, *formulas):
        """Whether each of the formulas stands in the cell."""
        return all(formula(tex) in formula(self.texts[cell]) for tex in formulas)

    def states(self, cell, *values):
        """Whether each of the values is one of the numbers of the cell."""
        written = numbers(self.texts[cell])
        return all(any(is_written(number, exact) for number in written) for exact in computed(values))
