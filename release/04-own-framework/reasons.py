"""Find the likely reason of a failed check: a known mistake, what the numbers tell, what an error means.

Every assignment ships this file; ``checks.py`` asks it when a check has failed. It holds no answers.

A known mistake is recognised by what it does. ``probes.py`` calls an answer on small inputs; each thing
that comes back is one piece, and a short fingerprint stands for its value. ``hints.json`` lists the
fingerprints that known mistakes leave, and the sentence for each. Where no list helps, the lines of the
answer, the relation between what came back and what was expected, or the text of the error, still say something.
"""

import ast
import contextlib
import hashlib
import importlib
import inspect
import io
import itertools
import json
import math
import re
import textwrap
import warnings
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import messages
import numpy as np

HINTS = Path(__file__).with_name("hints.json")
FAILURES = (Exception, SystemExit)  # what student code may raise; an interrupt is the user's
MOST_ITEMS = 10_000  # a generator that never ends must not hang a check
MOST_PRINTS = 64  # of one piece
SMALLEST, LARGEST = 1e-7, 1e290  # what is smaller counts as 0, what is larger as this
STEPS = 500  # a fingerprint tells numbers apart that differ by 1 / STEPS
NOISE = 2e-6  # of float32 and of the order of a sum
INDEX = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/"
ROUND = 0.02  # what is as near to a multiple of 1/40 counts as a round number
VARIES = "****"  # the fingerprint of what differs from run to run
EVIDENCE = 2  # that agreeing pieces must give, where not all traces of a mistake are there

Listed = Mapping[str, Any]  # what hints.json holds of an exercise
Probe = Callable[[Any], Iterator[Callable[[], Any]]]


# Known mistakes


class Piece(NamedTuple):
    """One thing that a probe saw."""

    prints: frozenset[str]  # its fingerprint; two, where the value lies on a border
    telling: int  # how much it tells, from -1, what many mistakes give, to 3, what is no chance


class Known(NamedTuple):
    """What one known mistake, or a pair of them, does to the pieces."""

    hints: tuple[str, ...]  # what to say, what to mend first at the front
    prints: dict[int, str]  # {number of a piece that is wrong: its fingerprint}


class Recognised(NamedTuple):
    """A known mistake.

    hint:    what to say, or ''
    is_all:  whether it explains all that is wrong
    written: whether somebody wrote it down for the exercise; else the course has derived it from the right answer
    """

    hint: str = ""
    is_all: bool = True
    written: bool = False

    def __str__(self) -> str:
        return self.hint if self.is_all else messages.MEND_FIRST.format(hint=self.hint)


def recognise(name: str, answer: Any, listed: Listed | None = None) -> Recognised:
    """Return the known mistake that explains what ``answer`` does.

    listed: what hints.json holds of the exercise; it is read when it is not given
    """
    try:
        listed = listed or json.loads(HINTS.read_text(encoding="utf-8"))[name]
        probe = getattr(importlib.import_module("probes"), f"probe_{name}")
        return explanation(pieces(observe(probe, answer), listed["pieces"]), listed)
    except Exception:  # a missing or damaged file costs the hint, not the message
        return Recognised()


def explanation(seen: Sequence[Piece], listed: Listed) -> Recognised:
    """Return the mistake to mend first among those that explain what is wrong."""
    wrong = {i for i, right in enumerate(listed["right"]) if seen[i].prints.isdisjoint(right)}
    known = [k for k in map(_read, listed["known"]) if any(_agrees(seen, k, i) for i in k.prints)]
    ways = (_exact, _pair, _cover, _part)
    found: list[Known] = next(filter(None, (way(seen, wrong, known) for way in ways)), [])
    agreed = {i for k in found for i in k.prints if _agrees(seen, k, i)}
    if all(seen[i].telling < 0 for i in agreed):  # no evidence
        return Recognised()
    first, *others = dict.fromkeys(hint for k in found for hint in k.hints)
    label, hint = listed["hints"][int(first)]
    return Recognised(hint, not others and wrong <= agreed, "-" in label)


def _read(entry):
    hints, text = entry
    marks = (text[i : i + 5] for i in range(0, len(text), 5))
    return Known(tuple(hints.split()), {INDEX.index(mark[0]): mark[1:] for mark in marks})


def _agrees(seen, known, i):
    return known.prints[i] in seen[i].prints or known.prints[i] == VARIES


def _exact(seen, wrong, known):
    """Return a mistake whose every trace is there, and no other trace."""
    return [k for k in known if k.prints.keys() == wrong and all(_agrees(seen, k, i) for i in wrong)][:1]


def _pair(seen, wrong, known):
    """Return two mistakes that explain everything together; where both act, one of them shows."""
    possible = [k for k in known if len(k.hints) == 1 and k.prints.keys() <= wrong]
    shown = {id(k): {i for i in k.prints if _agrees(seen, k, i)} for k in possible}
    pairs = []
    for one, two in itertools.combinations(possible, 2):
        if shown[id(one)] | shown[id(two)] == wrong and all(_is_told(seen, shown[id(k)], k) for k in (one, two)):
            hidden = sum(len(k.prints) - len(shown[id(k)]) for k in (one, two))
            pairs.append((hidden, sorted((one, two), key=lambda k: min(k.prints))))
    if not pairs:
        return []
    least = min(hidden for hidden, _ in pairs)
    best = [pair for hidden, pair in pairs if hidden == least]
    firsts = {pair[0].hints for pair in best}
    return best[0] if len(firsts) == 1 else []


def _is_told(seen, shown, known):
    """Say whether the traces that are there are enough: all of them, or such that tell a lot."""
    return len(shown) == len(known.prints) or _evidence(seen, shown) >= EVIDENCE


def _evidence(seen, shown):
    return sum(max(seen[i].telling - 1, 0) for i in shown)


def _cover(seen, wrong, known):
    """Return three or more mistakes that explain everything together, each with all its traces there."""
    whole = [k for k in known if k.prints.keys() <= wrong and all(_agrees(seen, k, i) for i in k.prints)]
    chosen, left = [], set(wrong)
    while left:
        next_ones = [k for k in whole if min(left) in k.prints]
        if not next_ones:
            return []
        chosen.append(max(next_ones, key=lambda k: len(left & k.prints.keys())))
        left -= chosen[-1].prints.keys()
    return chosen


def _part(seen, wrong, known):
    """Return the mistake that explains the first thing that is wrong and the most of the rest; others may act there."""
    first, best, most = min(wrong, default=0), [], 0
    for k in known:
        agreed = [i for i in k.prints if _agrees(seen, k, i)]
        if min(k.prints) != first or first not in agreed or not k.prints.keys() <= wrong:
            continue
        if len(agreed) >= most and _evidence(seen, agreed) >= EVIDENCE:
            best, most = [*(best if len(agreed) == most else []), k], len(agreed)
    return best[:1] if len({k.hints for k in best}) == 1 else []


# What the code shows


def of_code(answer: Any, methods: Sequence[str] = (), whole: bool = False) -> str:
    """Return what an answer's own lines show to be wrong, or ''.

    methods: the names of those that were called, where the answer is a class
    whole:   whether whole numbers came back where others were expected
    """
    try:
        functions = [getattr(answer, name) for name in methods] if isinstance(answer, type) else [answer]
        definitions = [definition for function in functions for definition in _definition(function)]
    except FAILURES:  # an object of the student may fail even here
        return ""
    if any(map(_ends_a_loop_at_once, definitions)):
        return messages.RETURN_IN_LOOP
    return messages.WHOLE_DIVISION if whole and any(map(_divides_whole, definitions)) else ""


def _definition(function):
    """Return the syntax tree of a function in a list; none where it is no function, or was not written in a cell."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function))).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return []


def _ends_a_loop_at_once(definition):
    """Say whether a for loop that does more than return comes to a return in any case."""
    inside = list(_inside(definition, FUNCTIONS))
    if any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in inside):
        return False
    return any(
        not isinstance(loop.body[0], ast.Return)
        and any(map(_always_returns, loop.body))
        and not any(isinstance(node, (ast.Continue, ast.Break)) for node in _inside(loop, (*FUNCTIONS, *LOOPS)))
        for loop in inside
        if isinstance(loop, ast.For)
    )


def _always_returns(statement):
    """Say whether a statement returns, whatever its conditions are."""
    if isinstance(statement, ast.If):
        return all(any(map(_always_returns, branch)) for branch in (statement.body, statement.orelse))
    if isinstance(statement, ast.With):  # others may catch an error, and go on
        is_numpys = all("errstate" in ast.unparse(item) for item in statement.items)
        return is_numpys and any(map(_always_returns, statement.body))
    return isinstance(statement, ast.Return)


def _divides_whole(definition):
    """Say whether // makes what is returned; it may also count batches, or stand in an index."""
    inside = list(_inside(definition, FUNCTIONS))
    returned = [node.value for node in inside if isinstance(node, ast.Return) and node.value]
    names = {part.id for value in returned for part in _parts(value) if isinstance(part, ast.Name)}
    kept = [node for node in inside if isinstance(node, (ast.Assign, ast.AugAssign)) and names & _set_by(node)]
    parts = [part for value in (*returned, *(node.value for node in kept)) for part in _parts(value)]
    return any(isinstance(getattr(node, "op", None), ast.FloorDiv) for node in (*kept, *parts))


def _set_by(node):
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _parts(node):
    """Yield a value and the values that it is made of: not what it is divided by, nor an index or a range."""
    yield node
    if isinstance(node, ast.Subscript):
        inner = [node.value]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.FloorDiv)):
        inner = [node.left]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        inner = []
    else:
        inner = ast.iter_child_nodes(node)
    for child in inner:
        yield from _parts(child)


LOOPS, FUNCTIONS = (ast.For, ast.While), (ast.FunctionDef, ast.Lambda, ast.ClassDef)


def _inside(node, borders):
    """Yield what is inside of a node, but not inside of others of the kinds ``borders``."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, borders):
            yield from _inside(child, borders)


# What a probe sees


def observe(probe: Probe, answer: Any) -> list[Any]:
    """Return what ``probe`` sees of ``answer``: a list of values, or of errors where it raised.

    A probe is a generator of zero-argument functions; what each returns is one observation.
    """
    seen = []
    with quiet():
        try:
            for look in probe(answer):
                seen.append(_look(look))
        except FAILURES as error:  # between two observations, say while it makes an instance
            seen.append(error)
    return seen


def _look(look):
    try:
        value = look()
        return list(itertools.islice(value, MOST_ITEMS)) if isinstance(value, Iterator) else value
    except FAILURES as error:
        return error


@contextlib.contextmanager
def quiet(hide_prints: bool = True) -> Iterator[list[warnings.WarningMessage]]:
    """Keep prints, warnings and stderr of student code away; yield the warnings."""
    hidden = contextlib.redirect_stdout(io.StringIO()) if hide_prints else contextlib.nullcontext()
    with hidden, contextlib.redirect_stderr(io.StringIO()):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("default")  # also where Python was told to make them errors
            yield caught


def layout(seen: Sequence[Any]) -> list[str]:
    """Return the places of all pieces in what the reference gives: ``"2"``, ``"4.dW"`` or ``"1.0.Z1"``."""
    return [place for n, value in enumerate(seen) for place in _places(value, str(n))]


def _places(value, place):
    if isinstance(value, Mapping):
        parts = value.items()
    elif isinstance(value, tuple) or (isinstance(value, list) and any(isinstance(v, COMPOSED) for v in value)):
        parts = enumerate(value)
    else:
        return [place]
    return [inner for key, part in parts for inner in _places(part, f"{place}.{key}")]


COMPOSED = (np.ndarray, tuple, dict)


def pieces(seen: Sequence[Any], places: Sequence[str]) -> list[Piece]:
    """Return the Piece at each place."""
    made: dict[str, Piece] = {}
    for n, value in enumerate(seen):
        _take(value, [place for place in places if place.split(".")[0] == str(n)], 1, made)
    return [made.get(place, NOTHING) for place in places]


NOTHING = Piece(frozenset(["none"]), -1)  # mostly behind an error


def _take(value, places, depth, made):
    """Put the pieces of ``value`` at ``places``, which agree in their first ``depth`` keys, into ``made``."""
    if not places or len(places[0].split(".")) == depth:
        made |= {place: piece(value) for place in places}
        return
    keys = list(dict.fromkeys(place.split(".")[depth] for place in places))
    if isinstance(value, Mapping):
        parts = {str(key): part for key, part in value.items()}
    elif _is_sequence(value) and len(value) == len(keys):
        parts = {str(i): part for i, part in enumerate(value)}
    else:  # another structure: this counts as one difference
        made[places[0]] = piece(value)
        return
    for key in keys:
        inner = [place for place in places if place.split(".")[depth] == key]
        if key in parts:
            _take(parts[key], inner, depth + 1, made)


def _is_sequence(value):
    return isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim > 0)


def piece(value: Any) -> Piece:
    """Return the Piece of one value: a number, an array, an error or anything else."""
    if isinstance(value, BaseException):
        text = re.sub(r"0x[0-9a-f]+|<[^>]*>\.?", "", f"{type(value).__name__} {value}")
        speaks = isinstance(value, (ValueError, IndexError)) and re.search(r"\d", text)
        return Piece(frozenset([_hash(text)]), 0 if speaks else -1)
    array = _numbers(value)
    if array is not None:
        is_zero = isinstance(value, (np.generic, float, np.ndarray)) and np.all(np.abs(array) < SMALLEST)
        return Piece(frozenset(_prints(array)), -1 if is_zero else _tells(array))
    if isinstance(value, (list, tuple, Mapping)):
        inner = list(map(piece, itertools.islice(_items(value), MOST_ITEMS)))
        texts = itertools.islice(itertools.product(*(sorted(part.prints) for part in inner)), MOST_PRINTS)
        return Piece(
            frozenset(_hash(f"{len(inner)} {text}") for text in texts), max((part.telling for part in inner), default=0)
        )
    text = value[:200] if isinstance(value, str) else f"of type {type(value).__name__}"
    return Piece(frozenset([_hash(text)]), 0)


def _items(value):
    return itertools.chain.from_iterable(sorted(value.items(), key=str)) if isinstance(value, Mapping) else value


def _numbers(value):
    try:
        array = np.asarray(value)
        array = array.astype(float) if array.dtype.kind in "biuf" or _holds_numbers(array) else None
    except Exception:  # rows of different lengths, or an object with ideas of its own
        return None
    return array


def _holds_numbers(array):
    """Say whether an array of objects holds Python numbers that are too large or too exact for another type."""
    return array.dtype == object and array.size > 0 and all(isinstance(v, (int, float, Fraction)) for v in array.flat)


def _tells(array):
    """Return how much an array tells: 0 for zeros, ones and gaps, 1 for round numbers, 2 for another, 3 for several."""
    if not np.isfinite(array).all() or np.any(np.abs(array) > LARGEST):
        return 0
    others = len(np.unique(array[np.abs(array * 40 - np.round(array * 40)) > ROUND]))
    if others:
        return 2 + (others > 1)
    if array.size >= 4 and len(np.unique(array)) > 2:
        return 2
    return int(np.any((array != 0) & (array != 1)) or (array.size >= 4 and len(np.unique(array)) > 1))


def _prints(array):
    """Return the fingerprints of an array: of its shape and of two weighted sums of its entries.

    A weighted sum near the border between two steps gives both, so that rounding does not matter. Where an entry is
    not finite, only the places of such entries count: what else went wrong often decides whether it is inf or nan.
    """
    finite = np.isfinite(array)
    if not finite.all():
        return [_hash(f"{array.shape} {np.flatnonzero(~finite).tolist()}")]
    flat = np.clip(array, -LARGEST, LARGEST).ravel()
    k = np.arange(flat.size)
    marks = [_steps(flat * (1 + 0.5 * np.sin(a * k + b))) for a, b in ((1.7, 1.0), (2.3, 0.4))]
    return [_hash(f"{array.shape} {one} {two}") for one, two in itertools.product(*marks)]


def _steps(terms):
    total, size = float(np.sum(terms)), float(np.sum(np.abs(terms)))
    if abs(total) < SMALLEST:
        return [0]
    place = math.log(abs(total)) * STEPS
    window = min((NOISE * size / abs(total) + NOISE) * STEPS, 0.5)
    near = {round(place - window), round(place + window)}
    return sorted(f"{math.copysign(1, total):+.0f}{step}" for step in near)


def _hash(text):
    return b64encode(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=3).digest()).decode()
