"""The text literals and comments of Python code: what a reader reads there, and other words in their place.

A literal is text when it has a word of two letters, unless it stands where code stands: as an argument named in
``CODE_ARGUMENTS``, as an argument of a function in ``CODE_CALLS``, as an index, in a comparison, or in the list
``CODE`` of exceptions. A field of an f-string belongs to its text as it is written.
"""

import ast
import inspect
import io
import itertools
import json
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

Say = Callable[[int, str], str]  # (number of the text in its cell, English text) -> the text to put there
FIELD = r"(?<!\{)\{(?!\{)(?:[^{}]|\{[^{}]*\})*\}"
WORD = re.compile(r"[^\W\d_]{2}")
WIDTH = 116  # of a line of code that is written anew
CODE_ARGUMENTS = frozenset(
    "alpha arrowstyle aspect cmap color colors edgecolor edgecolors facecolor fmt ha hatch hspace invalid linestyle "
    "loc marker over textcoords va weight which".split()
)
CODE_CALLS = frozenset(["Check", "needs", "plot", "set_hatch"])  # the names and formats that these take
CODE = {  # what looks like text in one of the cells, and is code
    "Z.mean(axis=0)",
    "Z.mean(axis=1)",
    "Z.mean(axis=1, keepdims=True)",
    "Z.argmax(axis=0)",
    "Z.argmax(axis=1)",
    "inf / inf  = {np.float64(np.inf) / np.float64(np.inf)}",
    "-log(1e-12) = {-math.log(1e-12)}",
    "exp({z:6}) = {np.exp(z):.3g}",
    "axis={axis}: {P.round(3).tolist()}",
    "y = {label}    −log {P[i, label]:g} = {loss:.6f}",
    "xx",  # a hatch
    "YOUR CODE HERE",
    "BEGIN SOLUTION",
    "END SOLUTION",
}


class _Place(NamedTuple):
    """A text in its source, from the character ``start`` to ``end``; ``written`` makes the code of another text."""

    start: int
    end: int
    text: str
    written: Callable[[str], str]


def replaced(source: str, say: Say) -> str:
    """Return Python source with each text replaced by what ``say`` gives for it."""
    found = _Source(source)
    texts = [found.place(node) for node in _texts(ast.parse(source))] + list(found.comments())
    places = sorted(place for place in texts if has_words(place.text))
    return found.put((place, say(number, place.text)) for number, place in enumerate(places, 1))


def named(source: str, say: Callable[[str, str], str]) -> str:
    """Return a module with each message replaced by what ``say(name, text)`` gives for it.

    Messages have names in capitals, in a class ``Messages`` or, where there is none, in the module itself.
    """
    found = _Source(source)
    tree = ast.parse(source)
    classes = [node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Messages"]
    nodes = [node for node in (classes[0] if classes else tree.body) if isinstance(node, ast.Assign)]
    values = [(target.id, node.value) for node in nodes for target in node.targets if isinstance(target, ast.Name)]
    places = [(name, found.place(node)) for name, node in values if name.isupper() and _is_text(node)]
    return found.put((place, say(name, place.text)) for name, place in places if has_words(place.text))


def remarks(source: str) -> list[str]:
    """Return what a test says: the texts of ``because=...``, and the reasons of quiz answers."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    nodes = [argument.value for call in calls for argument in call.keywords if argument.arg == "because"]
    nodes += [call.args[1] for call in calls if ast.unparse(call.func).endswith(").choice")]  # no rng.choice
    found = sorted(filter(_is_text, nodes), key=lambda node: (node.lineno, node.col_offset))
    return [str(ast.literal_eval(node)) for node in found]


def has_words(text: str) -> bool:
    """Say whether there is anything to translate."""
    return bool(WORD.search(re.sub(FIELD, "", text))) and text.strip() not in CODE


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


class _Source:
    """The text of Python code, and where its parts stand in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = text.splitlines(keepends=True)
        self._starts = [0, *itertools.accumulate(map(len, self._lines))]

    def place(self, node: ast.expr) -> _Place:
        """Return the place of a literal."""
        start, end = self._at(node.lineno, node.col_offset), self._at(node.end_lineno or 0, node.end_col_offset or 0)
        code, column = self._text[start:end], start - self._starts[node.lineno - 1]
        kind = _docstring if code.startswith('"""') else _literal
        return _Place(start, end, *kind(code, column))

    def _at(self, line: int, column: int) -> int:  # ast counts bytes
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())

    def comments(self) -> Iterator[_Place]:
        """Yield the places of the comments."""
        for token in tokenize.generate_tokens(io.StringIO(self._text).readline):
            if token.type == tokenize.COMMENT:
                start = self._starts[token.start[0] - 1] + token.start[1]
                yield _Place(start, start + len(token.string), token.string.lstrip("# "), lambda text: f"# {text}")

    def put(self, new: Iterable[tuple[_Place, str]]) -> str:
        """Return the code with other texts at these places, which are in their order."""
        source = self._text
        for place, text in reversed(list(new)):
            if text != place.text:
                source = source[: place.start] + place.written(text) + source[place.end :]
        return source


def _texts(node: ast.AST) -> Iterator[ast.Constant | ast.JoinedStr]:
    """Yield the literals below a node that do not stand where code stands."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.JoinedStr) or (isinstance(child, ast.Constant) and _is_text(child)):
            yield child
        elif isinstance(child, (ast.Compare, ast.Subscript)):
            continue
        elif isinstance(child, ast.keyword) and child.arg in CODE_ARGUMENTS:
            continue
        elif isinstance(child, ast.Call) and _name(child.func) in CODE_CALLS:
            for keyword in child.keywords:
                if keyword.arg not in CODE_ARGUMENTS:
                    yield from _texts(keyword)
        else:
            yield from _texts(child)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _docstring(code: str, column: int) -> tuple[str, Callable[[str], str]]:
    text = inspect.cleandoc(ast.literal_eval(code))

    def written(new: str) -> str:
        lines = [" " * column * bool(line) + line for line in new.replace("\\", "\\\\").splitlines()]
        closing = "\n" + " " * column if len(lines) > 1 else ""
        return '"""' + "\n".join(lines).lstrip() + closing + '"""'

    return text, written


def _literal(code: str, column: int) -> tuple[str, Callable[[str], str]]:
    is_format = bool(re.match(r"""f["']|.*["']\s+f["']""", code, re.DOTALL))
    text = "".join(_pieces(code)) if is_format else str(ast.literal_eval(f"({code})"))

    def written(new: str) -> str:
        parts = _lines(new, WIDTH - column) if "\n" in code else [new]
        return ("\n" + " " * column).join(_quoted(part, is_format) for part in parts)

    return text, written


def _pieces(code: str) -> Iterator[str]:
    """Yield what stands in the quotes of each of the literals that make up an f-string, fields as they are written."""
    for is_format, quote, inner in re.findall(r"""(f?)(["'])(.*?)(?<!\\)\2""", code):
        text = ast.literal_eval(quote + inner + quote)
        yield text if is_format else text.replace("{", "{{").replace("}", "}}")


def _lines(text: str, width: int) -> list[str]:
    """Return a text in pieces of at most ``width`` letters, if its words and fields allow it."""
    lines = [""]
    for word in re.findall(rf"(?:{FIELD}|\S)+\s*|\s+", text):
        if lines[-1] and len(lines[-1] + word) > width:
            lines.append("")
        lines[-1] += word
    return lines


def _quoted(text: str, is_format: bool) -> str:
    """Return the literal of a text."""
    if not is_format:
        return json.dumps(text, ensure_ascii=False)
    if not re.search(FIELD, text):
        return json.dumps(text.replace("{{", "{").replace("}}", "}"), ensure_ascii=False)
    parts = re.split(f"({FIELD})", text)
    return 'f"' + "".join(p if i % 2 else json.dumps(p, ensure_ascii=False)[1:-1] for i, p in enumerate(parts)) + '"'
