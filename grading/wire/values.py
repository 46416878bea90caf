"""What crosses by value besides numbers, text and containers: a name from this table, and plain content.

Dates, fractions, ranges, types, errors; pandas' and scipy's objects where these are installed. Nothing is
looked up by a name of the other side but in the tables of this module.
"""

import builtins
import collections
import dataclasses
import datetime
import decimal
import fractions
import functools
import importlib
import io
import json
import math
import pathlib
import re
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

import numpy as np

from grading.wire.frames import NotTransferableError

MOST_IN_RANGE, MOST_BITS, MOST_CELLS = 10**6, 10_000, 10**8  # of a range, a fraction, a sparse matrix
MOST_FIELDS = 100  # of a named tuple
FLAGS = re.A | re.I | re.L | re.M | re.S | re.U | re.X  # not DEBUG, which prints the pattern
BUILTINS = {name: kind for name, kind in vars(builtins).items() if isinstance(kind, type)}
ERRORS = {
    name: kind
    for name, kind in BUILTINS.items()
    if issubclass(kind, BaseException) and not issubclass(kind, BaseExceptionGroup)
}
LIBRARY_ERRORS = {
    kind.__name__: kind
    for kind in (
        np.linalg.LinAlgError,
        np.exceptions.AxisError,
        dataclasses.FrozenInstanceError,
        decimal.InvalidOperation,
        decimal.DivisionByZero,
        json.JSONDecodeError,
    )
}
KNOWN_ERRORS = {*ERRORS.values(), *LIBRARY_ERRORS.values()}
CONTAINERS = {kind.__name__: kind for kind in (collections.OrderedDict, collections.Counter, collections.deque)}
SCALARS = {f"numpy.{kind.__name__}": kind for kind in {np.dtype(c).type for c in "?bBhHiIlLqQefdgFDG"} | {np.ndarray}}
TYPES = {n: k for n, k in BUILTINS.items() if k not in ERRORS.values()} | ERRORS | LIBRARY_ERRORS | CONTAINERS | SCALARS
TYPES |= {kind.__name__: kind for kind in (datetime.datetime, datetime.date, fractions.Fraction, decimal.Decimal)}
TYPE_NAMES = {kind: name for name, kind in TYPES.items()}
PANDAS_COLUMN = re.compile(
    r"str|string|boolean|U?Int(?:8|16|32|64)|Float(?:32|64)|datetime64\[(?:s|ms|us|ns), [\w/+:-]+\]"
)
FREQUENCY = re.compile(r"-?\d*[A-Za-z]{1,4}(?:-[A-Z]{3})?")
Content = tuple[str, Any]  # the name of a kind, and what can cross of a value
SPARSE = ("csr", "csc", "coo", "bsr", "dia", "dok", "lil")


class Kind:
    """How objects of one type cross: ``plain`` gives content that can cross, ``made`` makes the object of it."""

    def __init__(self, plain: Callable[[Any], tuple[Any, ...]], made: Callable[..., Any]) -> None:
        self.plain, self.made = plain, made


def _error_content(error: BaseException) -> tuple[Any, ...]:
    more = {n: v for n, v in vars(error).items() if type(v) in (bool, int, float, str, type(None))}
    for name in ("filename", "name", "obj"):  # of OSError, ImportError and others: not among the arguments
        if type(getattr(error, name, None)) is str:
            more[name] = getattr(error, name)
    return TYPE_NAMES[type(error)], error.args, more, error.__cause__


def _error(name: str, arguments: tuple[Any, ...], more: dict[str, Any], cause: BaseException | None) -> BaseException:
    kind = ERRORS.get(name) or LIBRARY_ERRORS[name]
    if kind in LIBRARY_ERRORS.values():
        error = kind.__new__(kind, *arguments)  # whose constructors want other arguments than they keep
        error.args = arguments
    else:
        error = kind(*arguments)
    for attribute, value in more.items():
        if attribute.isidentifier() and not attribute.startswith("_"):
            setattr(error, attribute, value)
    error.__cause__ = cause
    return error


def _range(start: int, stop: int, step: int) -> range:
    made = range(start, stop, step)
    if len(made) > MOST_IN_RANGE:  # what a test makes of it takes memory here
        raise NotTransferableError("a range of so many numbers cannot be graded")
    return made


def _fraction(above: int, below: int) -> fractions.Fraction:
    if max(abs(above), abs(below)) >> MOST_BITS:
        raise NotTransferableError("a fraction of such large numbers cannot be graded")
    return fractions.Fraction(above, below)


def _decimal(text: str) -> decimal.Decimal:
    made = decimal.Decimal(text)
    if len(text) > MOST_BITS or abs(made.adjusted()) > MOST_BITS:  # as an int it takes quadratic time
        raise NotTransferableError("a decimal number of so many digits cannot be graded")
    return made


def _factory(pairs: Iterable[tuple[Any, Any]], factory: Any) -> collections.defaultdict[Any, Any]:
    return collections.defaultdict(factory if callable(factory) else None, pairs)


@functools.lru_cache(maxsize=100)
def named_tuple(name: str, fields: tuple[str, ...]) -> Any:
    """Return a class of named tuples. Raises ValueError for what cannot be names."""
    if len(fields) > MOST_FIELDS or not all(isinstance(field, str) for field in fields):
        raise ValueError("no names of fields")
    return collections.namedtuple(name, fields, rename=True)


def _file(kind: Any, content: Any, place: int) -> Any:
    made = kind(content)
    made.seek(min(place, len(content)))  # behind its end, the next write would fill the gap
    return made


KINDS = {
    "ellipsis": (type(...), Kind(lambda v: (), lambda: ...)),
    "not implemented": (type(NotImplemented), Kind(lambda v: (), lambda: NotImplemented)),
    "range": (range, Kind(lambda v: (v.start, v.stop, v.step), _range)),
    "slice": (slice, Kind(lambda v: (v.start, v.stop, v.step), slice)),
    "set": (set, Kind(tuple, lambda *items: set(items))),
    "frozenset": (frozenset, Kind(tuple, lambda *items: frozenset(items))),
    "date": (datetime.date, Kind(lambda v: (v.isoformat(),), datetime.date.fromisoformat)),
    "time": (datetime.time, Kind(lambda v: (v.isoformat(),), datetime.time.fromisoformat)),
    "datetime": (datetime.datetime, Kind(lambda v: (v.isoformat(),), datetime.datetime.fromisoformat)),
    "timedelta": (datetime.timedelta, Kind(lambda v: (v.days, v.seconds, v.microseconds), datetime.timedelta)),
    "fraction": (fractions.Fraction, Kind(lambda v: v.as_integer_ratio(), _fraction)),
    "decimal": (decimal.Decimal, Kind(lambda v: (str(v),), _decimal)),
    "path": (type(pathlib.Path()), Kind(lambda v: (str(v),), pathlib.Path)),
    "deque": (collections.deque, Kind(lambda v: (tuple(v), v.maxlen), collections.deque)),
    "text": (io.StringIO, Kind(lambda v: (v.getvalue(), v.tell()), lambda *given: _file(io.StringIO, *given))),
    "bytes": (io.BytesIO, Kind(lambda v: (v.getvalue(), v.tell()), lambda *given: _file(io.BytesIO, *given))),
    "file": (io.TextIOWrapper, Kind(lambda v: (v.read(),), io.StringIO)),
    "keys": (type({}.keys()), Kind(tuple, lambda *keys: dict.fromkeys(keys).keys())),
    "items": (type({}.items()), Kind(tuple, lambda *pairs: dict(pairs).items())),
    "values": (type({}.values()), Kind(tuple, lambda *values: dict(enumerate(values)).values())),
    "pattern": (re.Pattern, Kind(lambda v: (v.pattern, v.flags), lambda text, flags: re.compile(text, flags & FLAGS))),
    "counter": (collections.Counter, Kind(lambda v: (dict(v),), collections.Counter)),
    "defaultdict": (collections.defaultdict, Kind(lambda v: (tuple(v.items()), v.default_factory), _factory)),
}
BY_TYPE = {kind: (name, how) for name, (kind, how) in KINDS.items()}
MADE = {name: how.made for name, (_, how) in KINDS.items()}
MADE |= {"type": TYPES.__getitem__, "error": _error}


def content(value: Any) -> Content | None:
    """Return ``(name, content)`` of a value of this table, or None.

    Raises NotTransferableError for an object of pandas or scipy with something in it that cannot cross.
    """
    kind = type(value)
    if kind in BY_TYPE:
        name, how = BY_TYPE[kind]
        return name, how.plain(value)
    if isinstance(value, BaseException) and kind in KNOWN_ERRORS:
        return "error", _error_content(value)
    if isinstance(value, type):
        return ("type", (TYPE_NAMES[value],)) if value in TYPE_NAMES else None
    if isinstance(value, np.dtype):
        return "dtype", (np.zeros(0, value),)
    library = kind.__module__.partition(".")[0]
    if library == "pandas":
        return _pandas_content(value, sys.modules["pandas"])
    if library == "scipy" and kind.__module__.startswith("scipy.sparse") and hasattr(value, "tocoo"):
        found = value.tocoo()
        return "sparse", (value.format, "array" in kind.__name__, value.shape, found.data, tuple(found.coords))
    return None


def made(name: str, items: Any) -> Any:
    """Return the value that ``content`` described. Raises what its constructor raises for other content."""
    if name in MADE:
        return MADE[name](*items)
    if name == "dtype":
        return items[0].dtype
    if name == "sparse":
        return _sparse(*items)
    return _pandas_made(name, items)


def is_table(value: object) -> bool:
    """Say whether this is an object of pandas that can be changed in place."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, (pandas.DataFrame, pandas.Series))


def _sparse(kind: str, is_array: bool, shape: tuple[int, ...], data: Any, places: Any) -> Any:
    if math.prod(shape) > MOST_CELLS:
        raise NotTransferableError("a matrix of so many cells cannot be graded")
    sparse = importlib.import_module("scipy.sparse")
    coo = (sparse.coo_array if is_array else sparse.coo_matrix)((data, places), shape=shape)
    return coo.asformat(kind if kind in SPARSE else "coo")


def _pandas_content(value: Any, pd: ModuleType) -> Content | None:
    if value is pd.NA or value is pd.NaT:
        return "missing", (value is pd.NaT,)
    if isinstance(value, pd.Timestamp):
        return "timestamp", (value.isoformat(), value.unit)
    if isinstance(value, pd.Timedelta):
        return "pandas timedelta", (value.value, value.unit)
    if isinstance(value, pd.Interval):
        return "interval", (value.left, value.right, value.closed)
    if isinstance(value, pd.Period):
        return "period", (value.freqstr, value.ordinal)
    if isinstance(value, pd.DataFrame):
        columns = tuple(_column(value.iloc[:, i]) for i in range(value.shape[1]))
        return "frame", (value.columns, value.index, columns)
    if isinstance(value, pd.Series):
        return "series", (value.name, value.index, _column(value))
    if isinstance(value, pd.RangeIndex):
        return "range index", (value.start, value.stop, value.step, value.name)
    if isinstance(value, pd.MultiIndex):
        levels = tuple(value.get_level_values(i) for i in range(value.nlevels))
        return "multi-index", (tuple(value.names), levels)
    if isinstance(value, pd.Index):
        return "index", (value.name, _column(value), getattr(value, "freqstr", None))
    if isinstance(value, pd.api.extensions.ExtensionArray):
        return "column", _column(value)
    return None


def _column(values: Any) -> tuple[str, Any]:
    """Return ``(dtype, what it holds)`` of a Series, an Index or an array of pandas."""
    kind = values.dtype
    if isinstance(kind, np.dtype):
        return "", np.asarray(values)
    values = getattr(values, "array", values)
    if str(kind) == "category":
        return "category", (values.codes, values.categories, values.ordered)
    if str(kind).startswith("interval["):
        return "interval", (values.left, values.right, values.closed)
    if str(kind).startswith("period["):
        return "period", (str(kind).removeprefix("period[").removesuffix("]"), values.asi8)
    if PANDAS_COLUMN.fullmatch(str(kind)):
        return str(kind), tuple(values)
    raise NotTransferableError(f"a column of {kind} cannot be graded")


def _known(frequency: str) -> str:
    if not FREQUENCY.fullmatch(frequency):
        raise ValueError(frequency)
    return frequency


def _pandas_made(name: str, items: Any) -> Any:
    pd = importlib.import_module("pandas")

    def column(kind: str, values: Any) -> Any:
        if kind == "category":
            codes, categories, ordered = values
            return pd.Categorical.from_codes(codes, categories, ordered=ordered)
        if kind == "interval":
            return pd.arrays.IntervalArray.from_arrays(*values)
        if kind == "period":
            frequency, ordinals = values
            return pd.PeriodIndex.from_ordinals(ordinals, freq=_known(frequency)).array
        if kind and not PANDAS_COLUMN.fullmatch(kind):
            raise ValueError(kind)
        return pd.array(list(values), dtype=kind) if kind else values

    def index(name: Any, described: Any, frequency: str | None) -> Any:
        values = column(*described)
        if isinstance(values, np.ndarray) and values.dtype == object:
            return pd.Index(values, name=name, dtype=object)
        if frequency and described[0] != "period" and FREQUENCY.fullmatch(frequency):
            return type(pd.Index(values[:0]))(values, name=name, freq=frequency)
        return pd.Index(values, name=name)

    def frame(columns: Any, rows: Any, described: Any) -> Any:
        made = pd.DataFrame({i: column(*one) for i, one in enumerate(described)}, index=rows)
        made.columns = columns
        return made

    makers: dict[str, Callable[..., Any]] = {
        "missing": lambda is_time: pd.NaT if is_time else pd.NA,
        "timestamp": lambda text, unit: pd.Timestamp(text).as_unit(unit),
        "pandas timedelta": lambda count, unit: pd.Timedelta(count, "ns").as_unit(unit),
        "interval": pd.Interval,
        "period": lambda frequency, ordinal: pd.Period(ordinal=ordinal, freq=_known(frequency)),
        "frame": frame,
        "series": lambda name, rows, described: pd.Series(column(*described), index=rows, name=name),
        "range index": lambda start, stop, step, name: pd.RangeIndex(start, stop, step, name=name),
        "multi-index": lambda names, levels: pd.MultiIndex.from_arrays(levels, names=names),
        "index": index,
        "column": column,
    }
    return makers[name](*items)
