"""The special methods that objects of the student's have at the other side, too."""

import functools

INPUTS = {  # that get nothing of the test, or what it gives as an input
    f"__{name}__"
    for name in (
        "len iter next reversed bool int float complex index abs neg pos invert round trunc floor ceil hash str repr"
        " bytes format enter exit array call getitem setitem delitem missing fspath"
    ).split()
}
_ARITHMETIC = "add sub mul truediv floordiv mod divmod pow matmul and or xor lshift rshift".split()
_ORDER = {"__lt__", "__le__", "__gt__", "__ge__"}
OPERATORS = {f"__{kind}{name}__" for name in _ARITHMETIC for kind in ("", "r", "i")}
OPERATORS |= _ORDER | {"__eq__", "__ne__", "__contains__"}  # that get what a test compares or computes with
SPECIALS = INPUTS | OPERATORS
TOLD_OF_CODE = [  # of the code of a function
    f"co_{name}" for name in "name argcount posonlyargcount kwonlyargcount varnames names flags consts".split()
]


@functools.lru_cache(maxsize=8)
def operators_in(source: str) -> frozenset[str]:
    """Return the operators that code of the course itself defines."""
    found = {name for name in OPERATORS if name in source}
    if "dataclass" in source:
        found |= {"__eq__"} | (_ORDER if "order" in source else set())
    if found & _ORDER:
        found |= _ORDER
    if "__eq__" in found:
        found.add("__ne__")
    stems = {name.strip("_") for name in found}
    return frozenset(found | {n for n in OPERATORS if n.strip("_")[1:] in stems and n.strip("_")[0] in "ri"})


def special_names(kind: type, base: type | None) -> tuple[str, ...]:
    """Return which of the special methods a class defines, beyond ``object`` and its plain ``base``."""
    usual = {object, *(base.__mro__ if base else ())}
    found = []
    for name in SPECIALS:
        owner = next((k for k in kind.__mro__ if name in k.__dict__), object)
        if owner not in usual and owner.__dict__[name] is not None:
            found.append(name)
    return tuple(found)
