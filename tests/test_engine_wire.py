"""What crosses between the judge and the student's process, and how exactly."""

import importlib.util
import io
import re
import socket
import struct
import threading
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import msgpack
import numpy as np
import pytest

from grading.wire.frames import ConnectionClosedError, NotTransferableError, ProtocolError, receive
from grading.wire.packing import MOST_ITEMS
from grading.wire.peer import Peer, make_error
from grading.wire.shared import MOST_SHARED
from grading.wire.values import made


class Echo(Peer):
    """Gives back what it is asked; "change" changes it first."""

    def __init__(self, connection, introduces=False):
        super().__init__(connection)
        self.introduces = introduces

    def serve(self, action, value, *more):
        if action == "change":
            more[0](value)
        elif action == "call":
            return value(*more)
        elif action == "raise":
            raise make_error(value, "because")
        return value

    def describe(self, value):
        return [type(value).__name__]

    def adopt(self, number, name):
        return type(name, (), {})()


@pytest.fixture
def asking():
    """A peer whose other end echoes, in a thread."""
    ours, theirs = socket.socketpair()
    other = Echo(theirs)

    def listen():
        try:
            other.listen()
        except (ConnectionClosedError, ProtocolError):
            theirs.close()

    thread = threading.Thread(target=listen)
    thread.start()
    peer = Echo(ours, introduces=True)
    peer.other = other
    yield peer
    ours.close()
    thread.join()


EXACT = [None, True, 0, -1, 2**63, 2**64, -(2**200), 0.1, -0.0, 1e308, "é\ud800\0", b"\0\xff", 1 + 2j, ""]
EXACT += [[], (), {}, [1, [2, (3, {"a": [None]})]], {1: 2, (1, 2): [3], None: {}}, {1, 2}, (1.5, "a", b"b")]
EXACT += [range(3), slice(1, None, 2), ..., frozenset([1]), {frozenset([1]): 2}, deque([1], 3), Fraction(1, 3)]
EXACT += [Decimal("0.1"), Counter("aab"), defaultdict(list, a=[1]), bytearray(b"a"), Path("a/b"), int, np.float32]
EXACT += [{"a": 1}.keys(), {"a": [1]}.items(), re.compile("a|b", re.IGNORECASE)]
EXACT += [date(2020, 1, 2), time(3, 4), datetime(2020, 1, 2, 3, tzinfo=UTC), timedelta(1, 2, 3), ValueError]


@pytest.mark.parametrize("value", [iter("ab"), zip("a", "b", strict=True), (c for c in "ab"), map(str, "ab")])
def test_an_iterator_comes_back_as_one(value, asking):
    asking.introduces = False
    got = asking.ask("echo", value)
    assert next(got) in ("a", ("a", "b")) and next(got, None) in ("b", None) and next(got, None) is None


def test_views_of_other_mappings_can_be_looked_at_again(asking):
    mapping = OrderedDict(a=1, b=2)
    got = asking.ask("echo", (mapping.keys(), mapping.values()))
    assert [list(part) for part in got] == [["a", "b"], [1, 2]] and len(got[0]) == 2


def test_a_pattern_prints_nothing_where_it_is_made_again(asking, capsys):
    asking.ask("echo", re.compile("secret", re.DEBUG))
    capsys.readouterr()
    buffers = []
    asking.unpack(asking.pack(re.compile("secret"), buffers)[:2] + [["tuple", ["secret", int(re.DEBUG)]]], buffers)
    assert capsys.readouterr().out == ""


def test_an_object_of_a_test_gets_no_second_number(asking):
    asking.ask("echo", array := np.arange(6.0))
    number = asking.shared.number(array)
    for node in (["shared", number], ["view", number, 0, [6], [8], True]):
        with pytest.raises(ProtocolError):
            asking.unpack(["new", number + 1, node], [])


def test_an_iterator_is_not_cut_off_in_silence(asking):
    with pytest.raises(NotTransferableError):
        asking.ask("echo", iter(range(MOST_ITEMS + 1)))
    assert len(list(asking.ask("echo", iter(range(MOST_ITEMS))))) == MOST_ITEMS


def test_a_text_in_memory_is_read_from_where_it_stands(asking):
    text = io.StringIO("a\nb\n")
    text.readline()
    got = asking.ask("echo", (text, io.BytesIO(b"\0c")))
    assert got[0].read() == "b\n" and got[1].read() == b"\0c"


def test_a_file_that_a_test_has_opened_can_be_read(asking, tmp_path):
    (tmp_path / "lines.txt").write_text("a\nb\n")
    with open(tmp_path / "lines.txt") as file:
        assert asking.ask("echo", (file,))[0].readlines() == ["a\n", "b\n"]


def test_a_named_tuple_has_its_names(asking):
    point = namedtuple("Point", "x y")(1, [2])
    got = asking.ask("echo", point)
    assert got == point and (got.x, got.y, type(got).__name__) == (1, [2], "Point")


@pytest.mark.parametrize("node", [["named", "P", [1], ["tuple", [1]]], ["named", "1", ["x"], ["tuple", [1]]]])
def test_a_named_tuple_of_no_names_is_malformed(node, asking):
    with pytest.raises((ProtocolError, ValueError, TypeError)):  # each breaks the conversation off
        asking.unpack(node, [])


def test_the_values_of_a_dict_come_back_as_such(asking):
    got = asking.ask("echo", {"a": 1, "b": [1]}.values())
    assert list(got) == [1, [1]] and type(got) is type({}.values())


@pytest.mark.parametrize("value", EXACT, ids=repr)
def test_a_value_comes_back_with_its_type(value, asking):
    got = asking.ask("echo", value)
    assert got == value and type(got) is type(value)
    assert getattr(got, "maxlen", 0) == getattr(value, "maxlen", 0)
    assert getattr(got, "default_factory", 0) is getattr(value, "default_factory", 0)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_floats_that_are_no_numbers_come_back(value, asking):
    assert repr(asking.ask("echo", value)) == repr(value)


@pytest.mark.parametrize("code", "?bBhHiIlLqQefdgFDG")
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 1, 2)])
def test_an_array_comes_back_exactly(code, shape, asking):
    value = np.asarray(np.random.default_rng(1).normal(size=shape) * 50).astype(code)
    got = asking.ask("echo", (value,))[0]
    assert got.dtype == value.dtype and got.shape == value.shape and np.array_equal(got, value)
    assert type(got) is np.ndarray


@pytest.mark.parametrize("code", "?bQefdgD")
def test_a_numpy_scalar_comes_back_exactly(code, asking):
    value = np.array(7).astype(code)[()]
    got = asking.ask("echo", value)
    assert isinstance(got, np.generic) and got.dtype == value.dtype and got == value


def test_byte_order_and_memory_layout_do_not_matter(asking):
    value = np.arange(12.0).reshape(3, 4)
    for other in (value.astype(">f8"), np.asfortranarray(value), value[::-1, ::2], value.T):
        assert np.array_equal(asking.ask("echo", other), other)


def test_a_read_only_array_stays_read_only(asking):
    value = np.broadcast_to(1.0, (2, 2))
    assert not asking.other.unpack(asking.pack(value, buffers := []), buffers).flags.writeable


def test_an_array_of_objects_crosses_item_by_item(asking):
    value = np.empty(2, dtype=object)
    value[0], value[1] = np.ones((2, 3)), np.ones(4)
    got = asking.other.unpack(asking.other.pack(value, buffers := []), buffers)
    assert got.dtype == object and got[0].shape == (2, 3) and got[1].shape == (4,)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (OrderedDict(a=1), {"a": 1}),
        (np.str_("a"), "a"),
    ],
)
def test_a_relative_of_a_plain_type_crosses_as_the_plain_type(value, plain, asking):
    asking.introduces = False
    got = asking.ask("echo", value)
    assert got == plain and type(got) is type(plain)


@pytest.mark.parametrize(
    "value",
    [
        np.array([["a", "bcd"]]),
        np.array([b"a", b""]),
        np.array(["2020-01", "NaT"], dtype="M8[M]"),
        np.array([1, 2], dtype="m8[25s]"),
        np.array([(1, "a", [1.0, 2.0])], dtype=[("n", "i4"), ("t", "U3"), ("v", "f8", 2)]),
    ],
    ids=str,
)
def test_an_array_of_text_dates_or_fields_comes_back_exactly(value, asking):
    got = asking.ask("echo", (value,))[0]
    assert got.dtype == value.dtype
    np.testing.assert_array_equal(got, value)


def test_a_date_of_numpy_comes_back_exactly(asking):
    got = asking.ask("echo", np.datetime64("2020-02"))
    assert got == np.datetime64("2020-02") and got.dtype == np.dtype("M8[M]")


@pytest.mark.parametrize("kind", [[("a", "O")], [("a", "f8"), ("b", "O", 2)]])
def test_an_array_with_fields_of_objects_is_refused(kind, asking):
    with pytest.raises(NotTransferableError, match="cannot be graded"):
        asking.ask("echo", np.zeros(1, kind))
    assert asking.ask("echo", 1) == 1


def test_deep_nesting_is_refused(asking):
    value = []
    for _ in range(100):
        value = [value]
    asking.introduces = False
    with pytest.raises(NotTransferableError, match="nested"):
        asking.ask("echo", value)


def change_array(value):
    value *= 2


def change_list(value):
    value[0] = 7
    value.append([1])


def change_dict(value):
    value["new"] = value.pop("old")


CHANGES = [
    (np.ones(3), change_array),
    ([1, 2], change_list),
    ({"old": 1}, change_dict),
    (np.ones(4), lambda a: a.resize(2, 2, refcheck=False)),
]


@pytest.mark.parametrize(("value", "change"), CHANGES)
def test_a_change_of_an_argument_reaches_the_caller(value, change, asking):
    expected = value.copy()
    change(expected)
    asking.other.serve = lambda action, given: change(given)
    asking.ask("change", value)
    assert np.array_equal(value, expected) if isinstance(value, np.ndarray) else value == expected


def test_an_array_of_a_test_gets_no_other_size_for_its_views_would_show_freed_memory(asking):
    value = np.ones(4)
    view = value[:2]
    asking.other.serve = lambda action, given: given.resize(1_000_000, refcheck=False)
    with pytest.raises(ProtocolError):
        asking.ask("change", value)
    assert value.tolist() == [1] * 4 and np.shares_memory(view, value)


@pytest.mark.parametrize("text", ["1E+3000000", "1" * 20_000])
def test_a_decimal_number_that_would_take_for_ever_is_not_made(text):
    with pytest.raises(NotTransferableError):
        made("decimal", (text,))


def test_a_change_inside_a_list_and_a_replaced_item_differ(asking):
    first, second = np.zeros(2), np.zeros(2)
    params = [first, second]

    def step(given):
        given[0] += 1
        given[1] = given[1] + 1

    asking.other.serve = lambda action, given: step(given)
    asking.ask("change", params)
    assert first.tolist() == [1, 1] and second.tolist() == [0, 0]
    assert params[0] is first and params[1].tolist() == [1, 1]


def test_a_later_call_may_change_an_earlier_argument(asking):
    kept = []
    asking.other.serve = lambda action, *given: kept.append(given[0]) if action == "keep" else change_array(kept[0])
    value = np.ones(2)
    asking.ask("keep", value)
    asking.ask("change")
    assert value.tolist() == [2, 2]


def test_the_same_argument_comes_back_as_the_same_object(asking):
    value = [np.ones(2)]
    assert asking.ask("echo", value) is value
    assert asking.ask("echo", (value[0],))[0] is value[0]


VIEWS = {
    "part": lambda x: x[1:],
    "column": lambda x: x[:, 0],
    "transposed": lambda x: x.T,
    "turned": lambda x: x[::-1, ::2],
    "reshaped": lambda x: x.reshape(-1),
    "new axis": lambda x: x[None],
    "item": lambda x: x[1, 1, ...],
}


@pytest.fixture
def viewing(asking):
    """A function that asks for a view of an array, given a function that makes it at the other side."""

    def ask(view, array):
        asking.other.serve = lambda action, given: view(given)
        return asking.ask("view", array)

    return ask


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
@pytest.mark.parametrize("kind", ["f8", "f4", "M8[D]", "U3"])
def test_a_view_of_an_argument_is_a_view_for_the_caller(view, kind, viewing):
    array = np.arange(12, dtype="i8").astype(kind).reshape(3, 4)
    got = viewing(view, array)
    assert np.array_equal(got, view(array)) and np.shares_memory(got, array)
    got[...] = np.array(7).astype(kind)
    assert np.array_equal(viewing(np.copy, array), array)


def test_a_copy_of_an_argument_is_none_of_its_views(viewing):
    array = np.arange(6.0)
    assert not np.shares_memory(viewing(lambda x: x[1:].copy(), array), array)


def test_a_view_that_may_not_be_written_stays_so(viewing):
    assert not viewing(lambda x: np.broadcast_to(x, (2, 6)), np.arange(6.0)).flags.writeable


def test_a_view_of_an_array_in_another_order_has_the_right_numbers(viewing):
    array = np.arange(12.0).reshape(3, 4).T
    assert np.array_equal(viewing(lambda x: x[1:], array), array[1:])


@pytest.mark.parametrize("array", [np.arange(12.0).reshape(3, 4).T, np.arange(12.0)[::2], np.eye(4)[:, :2]])
def test_what_was_changed_in_place_is_in_a_view_also_where_the_order_is_another(array, viewing):
    def change(x):
        x += 5
        return x.T

    array, expected = array, array.T + 5
    assert np.array_equal(viewing(change, array), expected)


BEYOND = [(-8, (1,), (8,)), (0, (7,), (8,)), (0, (2,), (48,)), (0, (10**9,), (0,)), (0, (-1,), (8,))]
BEYOND += [
    (4, (1,), (8,)),
    (0, (2,), (4,)),
    (0, (5,), (2**62,)),
    (0, (2**20 + 1,), (2**44,)),
    (0, (2,), (8, 8)),
    (8, (2, 2), (-16, 8)),
]


@pytest.mark.parametrize("place", BEYOND)
def test_a_view_that_leaves_its_array_is_malformed(place, asking):
    asking.ask("echo", array := np.arange(6.0))
    with pytest.raises((ProtocolError, ValueError)):  # each breaks the conversation off
        asking.unpack(["view", asking.shared.number(array), *place, True], [])


def test_a_generator_goes_on_where_the_other_side_stopped(asking):
    rng, twin = np.random.default_rng(3), np.random.default_rng(3)
    asking.other.serve = lambda action, given: given.normal(size=4)
    assert np.array_equal(asking.ask("draw", rng), twin.normal(size=4))
    assert rng.normal() == twin.normal()


def test_only_the_newest_objects_are_followed(asking):
    for i in range(2 * MOST_SHARED):
        asking.ask("echo", [i])
    assert len(asking.shared._values) == len(asking.other.shared._values) == MOST_SHARED


def test_an_object_is_a_handle_that_comes_home_as_itself(asking):
    thing = object()
    assert asking.ask("echo", thing) is thing


def test_a_call_may_be_answered_by_a_call(asking):
    asking.adopt = lambda number, name: None
    asking.serve = lambda action, value: value + 1
    asking.other.serve = lambda action, value: asking.other.ask("more", value) * 10
    assert asking.ask("echo", 4) == 50


@pytest.mark.parametrize(
    "names", [["ValueError", "Exception"], ["KeyError"], ["UnicodeDecodeError", "ValueError"], ["SystemExit"]]
)
def test_an_error_crosses_by_name_and_text(names):
    error = make_error(names, "because")
    assert type(error).__name__ == names[0] and str(error) == "because"


def test_an_unknown_error_is_a_subclass_of_the_known_one():
    error = make_error(["AxisError", "ValueError", "IndexError"], "axis 3")
    assert isinstance(error, ValueError) and type(error).__name__ == "AxisError"


def test_an_error_that_has_not_been_written_is_exactly_that():
    assert type(make_error(["NotImplementedError", "RuntimeError"], "")) is NotImplementedError


@pytest.mark.parametrize(
    "node",
    [
        ["nothing"],
        ["array", "<f8", [3], 0, True],
        ["array", "|O", [1], 0, True],
        ["array", "<f8", [-1], 0, True],
        ["array", "<f8", [1], 5, True],
        ["array", "<U2", [1], 0, True],
        ["array", "<U0", [10**12], 1, True],
        ["array", "|V8", [1], 0, True],
        ["scalar", ["array", "|O", [], 0, True]],
        ["fields", [1], [["a", [], ["array", "|O", [1], 0, True]]]],
        ["fields", [10**12], [["a", [], ["array", "<f8", [1], 0, True]]]],
        ["value", "range", ["tuple", [0, 10**12, 1]]],
        ["value", "type", ["tuple", ["exec"]]],
        ["value", "error", ["tuple", ["open", ["tuple", []], ["dict", []], None]]],
        ["value", "sparse", ["tuple", ["csr", True, ["tuple", [10**12, 1]], ["tuple", []], ["tuple", []]]]],
        ["value", "nothing", ["tuple", []]],
        ["new", 0, ["list", [["shared", 9]]]],
        ["int", "zz"],
        ["shared", 9],
        ["yours", 9],
        ["dict", [[["list", []], 1]]],
        ["objects", [5], [1]],
        ["generator", "MT19937", "0x1", "0x1", 0, 0],
        ["tuple", 3],
        [],
        [[]],
        {},
        b"bytes",
        msgpack.Timestamp(1),
        msgpack.ExtType(42, b""),
    ],
    ids=repr,
)
def test_a_node_that_breaks_the_rules_is_malformed(node):
    ours, theirs = socket.socketpair()
    peer = Echo(ours, introduces=True)
    sizes = [8, 0]
    text = msgpack.packb({"kind": "answer", "number": 1, "notes": None, "value": node, "changes": [], "sizes": sizes})
    theirs.sendall(struct.pack("<I", len(text)) + text + b"\xff" * 8)
    with pytest.raises(ProtocolError):
        peer._receive()


@pytest.mark.parametrize("frame", [b"\xff\xff\xff\xff", struct.pack("<I", 1) + b"\x90", struct.pack("<I", 1) + b"\x80"])
def test_a_frame_that_breaks_the_rules_is_malformed_before_memory_is_taken(frame):
    ours, theirs = socket.socketpair()
    theirs.sendall(frame)
    with pytest.raises(ProtocolError):
        receive(ours)


def test_a_line_that_ends_in_the_middle_of_a_frame_is_closed():
    ours, theirs = socket.socketpair()
    theirs.sendall(struct.pack("<I", 100) + b"{")
    theirs.close()
    with pytest.raises(ConnectionClosedError):
        receive(ours)


def test_a_change_is_told_also_of_data_that_nobody_else_held_for_a_while(asking):
    kept = []
    asking.other.serve = lambda action, value: value if action == "echo" else kept.append(value)
    numbers = np.zeros(3)
    for value in (numbers, None, None):
        asking.ask("echo", value)
    assert not asking.other.shared._watched  # the other side looks at it no longer
    asking.ask("keep", numbers)
    kept[0][:] = 5
    asking.ask("echo", None)
    assert numbers.tolist() == [5, 5, 5]


def test_data_at_rest_are_looked_at_when_they_are_named_or_woken(asking):
    named, woken = [1], [2]
    asking.ask("echo", (named, woken))
    numbers = asking.shared.rest()
    named.append(3)
    woken.append(4)
    assert list(asking.shared.changed()) == []
    asking.ask("echo", named)
    asking.shared.wake(numbers)
    seen = []
    asking.other.serve = lambda action, value: seen.append(list(value))
    asking.ask("echo", named)
    asking.ask("echo", woken)
    assert seen == [[1, 3], [2, 4]]


def test_a_view_of_an_array_is_always_looked_at(asking):
    whole, kept = np.zeros(4), []
    asking.other.serve = lambda action, value: kept.append(value)
    asking.ask("keep", whole[:2])
    asking.ask("keep", None)
    whole[0] = 7
    asking.ask("keep", None)
    assert kept[0].tolist() == [7, 0]


def test_nobody_looks_at_data_that_the_other_side_does_not_hold(asking):
    numbers, seen = np.zeros(3), []
    asking.other.serve = lambda action, value: seen.append(None if value is None else value.tolist())
    for value in (numbers, None, None):
        asking.ask("look", value)
    assert asking.shared._values and not asking.shared._watched
    numbers[:] = 5
    asking.ask("look", numbers)
    assert seen == [[0, 0, 0], None, None, [5, 5, 5]]


Pair = namedtuple("Pair", "number item")


def _in_dict(item):
    return {"a": item}


def _in_objects(item):
    made = np.empty(1, dtype=object)
    made[0] = (1, item)
    return made


@pytest.mark.parametrize(
    "held", [lambda item: [item], lambda item: [(1, item)], lambda item: [Pair(1, item)], _in_objects, _in_dict]
)
def test_what_a_container_holds_is_looked_at_again_with_it(held, asking):
    item, kept = np.zeros(2), []
    container = held(item)
    asking.other.serve = lambda action, value: kept.append(value) if value is not None else change(kept[0])

    def change(found):
        while not isinstance(found, np.ndarray) or found.dtype.hasobject:
            found = list(found.values())[0] if isinstance(found, dict) else found[-1]
        found[:] = 3

    asking.ask("keep", container)
    asking.shared.rest()
    asking.ask("keep", container)
    asking.ask("change", None)
    assert item.tolist() == [3, 3]


def test_what_a_changed_container_names_is_compared_in_the_same_frame(asking):
    held, numbers, seen = [], np.zeros(2), []

    def serve(action, value):
        held.append(value) if action == "keep" else seen.append(value[-1].tolist())

    asking.other.serve = serve
    asking.ask("keep", numbers)
    held.clear()
    container = []
    asking.ask("keep", container)  # and nobody there holds the numbers any more
    numbers[:] = 5
    container.append(numbers)
    asking.ask("look", container)
    assert seen == [[5, 5]]


def test_a_frame_of_very_many_buffers_is_malformed():
    ours, theirs = socket.socketpair()
    text = msgpack.packb({"sizes": [0] * 1_000_000})
    threading.Thread(target=theirs.sendall, args=(struct.pack("<I", len(text)) + text,)).start()
    with pytest.raises(ProtocolError):
        receive(ours)


def test_a_generator_that_has_crossed_can_spawn_others(asking):
    asking.other.serve = lambda action, rng: [child.normal() for child in rng.spawn(2)]
    first, second = asking.ask("spawn", np.random.default_rng(0))
    assert first != second


def test_what_a_class_of_the_notebook_holds_is_found_without_its_methods(asking):
    class Loud(list):
        def __iter__(self):
            raise AssertionError("asked")

    inner = [1]
    loud = Loud([inner])
    numbers = {asking.shared.add(inner), asking.shared.add(loud)}
    asking.shared.rest()
    asking.shared.number(loud)
    assert asking.shared._watched == numbers


def test_what_the_other_side_changed_can_be_undone(asking):
    rng, numbers, items = np.random.default_rng(1), np.ones(3), [1, {"a": 2}]

    def spoil(rng, numbers, items):
        rng.normal()
        numbers[:] = 7
        items[1]["a"] = 8
        items.append(9)

    asking.other.serve = lambda action, *given: spoil(*given)
    asking.ask("change", rng, numbers, items)
    assert items == [1, {"a": 8}, 9]
    asking.shared.restore()
    assert numbers.tolist() == [1, 1, 1] and items == [1, {"a": 2}]
    assert rng.normal() == np.random.default_rng(1).normal()


def tables():
    """Return objects of pandas by name."""
    pd = pytest.importorskip("pandas")
    dates = pd.date_range("2020-01-31", periods=3, freq="ME")
    return {
        "numbers": pd.DataFrame({"a": [1, 2], "b": [0.5, None]}, index=["x", "y"]),
        "text, missing": pd.DataFrame({"t": ["a", None], "n": pd.array([1, None], "Int64"), "b": [True, False]}),
        "no rows": pd.DataFrame({"a": np.zeros(0)}),
        "objects": pd.DataFrame({"o": [[1, 2], {"a": 3}]}),
        "dates": pd.Series([1, 2, 3], index=dates, name="v"),
        "a time zone": pd.Series(pd.date_range("2020", periods=2, tz="Europe/Paris")),
        "categories": pd.Series(["lo", "hi", "lo"], dtype=pd.CategoricalDtype(["lo", "hi"], ordered=True)),
        "two levels": pd.DataFrame(
            {"v": [1.0, 2.0]}, index=pd.MultiIndex.from_tuples([(1, "x"), (2, "y")], names=["a", "b"])
        ),
        "intervals": pd.cut(pd.Series([1.0, 5.0, None]), [0, 3, 6], labels=None),
        "groups of intervals": pd.Series([1, 5]).groupby(pd.cut([1, 5], [0, 3, 6]), observed=True).sum(),
        "months": pd.DataFrame({"m": dates.to_period("M"), "v": [1, 2, 3]}).set_index("m", drop=False),
        "two levels of columns": pd.DataFrame(np.eye(2), columns=pd.MultiIndex.from_product([["a"], ["x", "y"]])),
    }


@pytest.mark.parametrize("name", tables() if importlib.util.find_spec("pandas") else [])
def test_a_table_comes_back_exactly(name, asking):
    pd, value = pytest.importorskip("pandas"), tables()[name]
    got = asking.other.unpack(asking.other.pack(value, buffers := []), buffers)
    compare = pd.testing.assert_frame_equal if value.ndim == 2 else pd.testing.assert_series_equal
    compare(got, value)


def test_a_table_that_is_changed_in_place_changes_for_the_caller(asking):
    pd = pytest.importorskip("pandas")
    table, column = pd.DataFrame({"a": [1, 2]}), pd.Series([1.0, 2.0], name="s")

    def change(table, column):
        table["b"] = table.pop("a") * 2
        column[0] = 9

    asking.other.serve = lambda action, *given: change(*given)
    asking.ask("change", table, column)
    assert table.to_dict("list") == {"b": [2, 4]} and column.tolist() == [9, 2]


def test_dates_of_pandas_and_what_is_missing_come_back(asking):
    pd = pytest.importorskip("pandas")
    values = pd.Timestamp("2020-01-02 03:04"), pd.Timedelta("1 day 2 ns"), pd.Timestamp("2020", tz="UTC")
    values += pd.Period("2020-02", "M"), pd.Interval(1, 2.5, "left")
    assert asking.ask("echo", values) == values
    missing = asking.ask("echo", (pd.NA, pd.NaT))
    assert missing[0] is pd.NA and missing[1] is pd.NaT


@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "lil"])
def test_a_sparse_matrix_comes_back_in_its_format(kind, asking):
    sparse = pytest.importorskip("scipy.sparse")
    value = sparse.random_array((4, 6), density=0.3, format=kind, rng=np.random.default_rng(1))
    got = asking.ask("echo", (value,))[0]
    assert got.format == kind and np.array_equal(got.toarray(), value.toarray())
