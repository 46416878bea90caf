"""Objects of the student's process in a test cell: they behave as in one process, and give nothing away."""

import contextlib
import dataclasses
import inspect
import os
import random
import signal
import socket
import types
from collections import Counter
from unittest import mock

import numpy as np
import pytest

from grading.run import shell
from grading.run.judge import Judge
from grading.run.student import ObjectServer
from grading.wire.frames import ConnectionClosedError, ProtocolError

NOTEBOOK = '''
import collections, contextlib, dataclasses, enum, functools, random
from collections import namedtuple
import numpy as np
from dataclasses import dataclass

class Animal:
    """Says something."""
    legs = 4
    def __init__(self, name="x"):
        self.name, self.W, self.parts = name, np.zeros((2, 2)), [1, 2]
    def speak(self, times=2, *more, loud: bool = False) -> str:
        "Say it."
        return self.name * times
    @property
    def upper(self):
        return self.name.upper()
    @upper.setter
    def upper(self, value):
        self.name = value.lower()
    @staticmethod
    def double(x):
        return 2 * x
    @classmethod
    def make(cls, name):
        return cls(name)
    def give(self):
        return self.W
    def grow(self):
        self.W += 1
        self.parts.append(3)

def stops(x):
    raise StopIteration

class Dog(Animal):
    def __call__(self, x, power=1):
        return x ** power
    def __len__(self):
        return 7
    def __getitem__(self, key):
        return [key, "item"]
    def __setitem__(self, key, value):
        self.name = f"{key}{value}"
    def __contains__(self, x):
        return x == self
    def __iter__(self):
        return iter([1, 2, 3])

Pair = namedtuple("Pair", "weights name")
pair = Pair(np.zeros(2), "p")

def grow():
    pair.weights[:] += 1

class Stack(list):
    def push(self, x):
        self.append(x)
    def pop(self):
        return super().pop() * 10

class Net(dict):
    def total(self):
        return sum(self.values())
    def __missing__(self, key):
        return f"no {key}"

class Money(float):
    def __add__(self, other):
        return Money(float(self) + float(other) + 100)

class Signal(np.ndarray):
    def energy(self):
        return float((self ** 2).sum())

def three():
    return np.arange(3.0).view(Signal)

class Vector:
    def __init__(self, x):
        self.x = x
    def __eq__(self, other):
        return self.x == getattr(other, "x", other)
    def __hash__(self):
        return hash(self.x)
    def __add__(self, other):
        return Vector(self.x + getattr(other, "x", other))
    def __lt__(self, other):
        return self.x < other.x
    def __neg__(self):
        return Vector(-self.x)
    def __repr__(self):
        return f"Vector({self.x})"

@dataclass(order=True)
class Point:
    x: int
    y: int = 0

@dataclass(frozen=True)
class Fixed:
    x: int = 1

Pair = collections.namedtuple("Pair", "left right")

class Color(enum.Enum):
    RED = 1
    BLUE = 2

class Level(enum.IntEnum):
    LOW = 1

class TooLow(ValueError):
    def __init__(self, message, needed):
        super().__init__(message)
        self.needed = needed
    def missing(self):
        return self.needed - 1

class EvenLower(TooLow):
    pass

class Yes:
    __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __contains__ = lambda self, other: True
    __sub__ = __rsub__ = __add__ = __radd__ = lambda self, other: seen.append(other) or self
    __abs__ = lambda self: self
seen, thing = [], object()

@contextlib.contextmanager
def opened(log):
    log.append("in")
    try:
        yield "it"
    finally:
        log.append("out")

class Manager:
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        self.kind = kind
        return kind is KeyError

def count(n):
    """Count up."""
    for i in range(n):
        print(i)
        yield i

def counter():
    n = 0
    def step():
        nonlocal n
        n += 1
        return n
    return step

def helper(x):
    return x + 1

def uses_helper(x, scale=2):
    return helper(x) * scale

def fails(how):
    if how == "own":
        raise EvenLower("too low", 5)
    if how == "key":
        raise KeyError("a", 1)
    if how == "linalg":
        return np.linalg.inv(np.zeros((2, 2)))
    if how == "chain":
        try:
            1 / 0
        except ZeroDivisionError as error:
            raise ValueError("late") from error
    if how == "surrogate":
        raise ValueError("\\ud800")

def asks():
    return input("name? ") + "!"

def draws():
    return random.random(), float(np.random.rand())

@functools.lru_cache
def cached(x):
    return x * 2

def deep():
    return {"a": [Animal("in"), (Stack([1]),)]}

def give_back(x):
    return x

def call(f, *given):
    return f(*given)

table = [[1, 2], [3]]
'''


class Side:
    """Both ends: a notebook in a fork, and ``self[name]`` as a test cell sees it."""

    def __init__(self, ready, source=NOTEBOOK, operators=frozenset()):
        ours, theirs = socket.socketpair()
        self.child = os.fork()
        if not self.child:
            ours.close()
            ready.user_ns["__name__"] = "__main__"
            if not any(output["output_type"] == "error" for output in ready.run(source, 10_000)):
                with contextlib.suppress(ConnectionClosedError, ProtocolError):
                    ObjectServer(theirs, ready.user_ns, os.getcwd()).listen()
            os._exit(0)
        theirs.close()
        self.judge = Judge(ours, operators)
        ((_, function),) = self.judge.ask("names", "give_back")
        self.names = function.__globals__

    def __getitem__(self, name):
        return self.names[name]

    def close(self):
        self.judge.connection.close()
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)


@pytest.fixture(scope="session")
def ready():
    """IPython, before a notebook has run in it."""
    return shell.start()


@pytest.fixture
def side(ready):
    """A notebook."""
    made = Side(ready)
    yield made
    made.close()


def test_a_class_of_the_test_that_is_derived_from_the_students_says_that_it_cannot_be_used(side):
    class Cow(side["Animal"]):
        pass

    with pytest.raises(TypeError, match="Cow"):
        Cow("a")


def test_an_instance_is_one_of_its_class_and_of_its_bases(side):
    Animal, Dog = side["Animal"], side["Dog"]
    dog = Dog("rex")
    assert type(dog) is Dog and isinstance(dog, Animal) and issubclass(Dog, Animal)
    assert not isinstance(Animal(), Dog) and not isinstance(3, Animal)
    assert dog.__class__.__name__ == Dog.__name__ == "Dog" and inspect.isclass(Dog)


def test_attributes_methods_and_properties(side):
    Animal = side["Animal"]
    one = Animal("a")
    assert one.speak() == "aa" and one.speak(times=3) == "aaa" and one.upper == "A"
    one.upper = "B"
    assert one.name == "b" and Animal.legs == one.legs == 4
    assert isinstance(Animal.upper, property) and side["thing"] == side["thing"]
    Animal.legs = 3
    assert one.legs == 3 and Animal.double(4) == one.double(4) == 8
    assert isinstance(Animal.make("c"), Animal) and Animal.speak(one) == "bb"
    del one.name
    assert not hasattr(one, "name") and hasattr(one, "W") and callable(one.speak)
    assert {"W", "parts"} <= set(vars(one)) and "speak" in dir(one) and Animal.__doc__ == "Says something."


def test_what_an_attribute_gave_can_be_changed_in_place_and_follows_its_object(side):
    one = side["Animal"]()
    W, parts = one.W, one.parts
    W[0, 1] = 5
    parts.append(9)
    one.grow()
    assert one.W.tolist() == W.tolist() == [[1, 6], [1, 1]] and one.parts == parts == [1, 2, 9, 3]
    assert one.W is W


def test_what_a_call_returned_is_seen_to_change_when_a_later_call_changes_it(side):
    one = side["Animal"]()
    W = one.give()
    one.grow()
    assert W.tolist() == one.W.tolist() == [[1, 1], [1, 1]]


def test_special_methods_are_there_where_the_class_has_them(side):
    dog, cat = side["Dog"](), side["Animal"]()
    assert (
        dog(3) == 3 and dog(3, power=2) == 9 and len(dog) == 7 and dog["k"] == ["k", "item"] and list(dog) == [1, 2, 3]
    )
    dog["a"] = 4
    assert dog.name == "a4" and dog in dog
    for use in (len, iter, lambda x: x[0], lambda x: x(), lambda x: x + x, lambda x: x < x):
        with pytest.raises(TypeError):
            use(cat)
    assert not callable(cat) and cat == cat and cat != side["Animal"]() and hash(cat) and bool(cat)


def test_what_the_data_of_an_object_are_is_told_also_after_a_rest(side):
    stack = side["Stack"]([1])
    stack._judge.shared.rest()
    stack.push(2)
    assert list(stack) == [1, 2]
    stack._judge.shared.rest()
    stack.append(3)
    assert side["call"](lambda s: list(s), stack) == [1, 2, 3]


def test_what_a_named_tuple_holds_is_told_also_after_a_rest(side):
    side["pair"]
    side["grow"]._judge.shared.rest()
    pair = side["pair"]
    side["grow"]()
    assert pair[0].tolist() == [1, 1]


def test_a_list_with_methods_is_a_list_and_has_methods(side):
    Stack = side["Stack"]
    stack = Stack([1, 2])
    stack.push(3)
    stack.append(4)
    assert isinstance(stack, list) and stack == [1, 2, 3, 4] and len(stack) == 4 and stack[-1] == 4
    assert stack.pop() == 40 and stack == [1, 2, 3] and np.asarray(stack).sum() == 6 and sorted(stack)[0] == 1
    stack[0] = 7
    assert side["give_back"](stack) is stack and side["call"](lambda s: s[0], stack) == 7


def test_a_dict_a_number_and_an_array_with_methods_are_these_and_have_methods(side):
    net, money = side["Net"](a=1), side["Money"](1.5)
    net["b"] = 2
    assert net == {"a": 1, "b": 2} and isinstance(net, dict) and net.total() == 3 and net["z"] == "no z"
    assert money == 1.5 and isinstance(money, float) and money * 2 == 3.0 and money + money == 103.0
    three = side["three"]()
    assert isinstance(three, np.ndarray) and three.energy() == 5 and np.allclose(three, [0, 1, 2])
    assert (three * 2).sum() == 6
    three[0] = 5
    assert three.energy() == 30


def test_objects_of_the_student_are_compared_and_computed_by_their_own_operators(side):
    Vector = side["Vector"]
    one, two = Vector(1), Vector(2)
    assert one + one == two and one < two and -one == Vector(-1) and hash(two) == hash(2)
    assert repr(one) == str(one) == "Vector(1)" and f"{one}" == "Vector(1)" and max([one, two]) is two


def test_an_operator_gets_a_value_of_the_test_only_where_the_course_defines_it(side, ready):
    yes = side["Yes"]()
    for lie in (lambda: yes == 5, lambda: 5 == yes, lambda: yes in [5], lambda: not yes != 5):
        assert not lie()
    for lie in (lambda: yes < 5, lambda: abs(yes - 5) < 1e-9, lambda: 5 in yes, lambda: 5 - yes):
        with pytest.raises(TypeError):
            lie()
    assert side["seen"] == []
    course = Side(ready, operators=frozenset({"__eq__", "__add__"}))
    assert course["Vector"](5) == 5 and (course["Vector"](5) + 1).x == 6 and course["Yes"]() == 5
    course.close()


def test_dataclasses_named_tuples_and_enumerations(side):
    Point, Pair, Color = side["Point"], side["Pair"], side["Color"]
    assert Point(1) == Point(1, 0) and Point(1) < Point(2) and repr(Point(1)) == "Point(x=1, y=0)"
    assert dataclasses.is_dataclass(Point) and dataclasses.asdict(Point(1, 2)) == {"x": 1, "y": 2}
    with pytest.raises(dataclasses.FrozenInstanceError):
        side["Fixed"]().x = 2
    pair = Pair(1, right=2)
    assert pair == (1, 2) and pair.left == 1 and pair._asdict() == {"left": 1, "right": 2} and isinstance(pair, tuple)
    assert pair._replace(left=5).left == 5 and Pair._fields == ("left", "right")
    assert Color.RED.value == 1 and Color(2) is Color.BLUE and Color["RED"] is Color.RED and Color.RED in Color
    assert [c.name for c in Color] == ["RED", "BLUE"] and len(Color) == 2 and side["Level"].LOW == 1


def test_a_generator_is_lazy_and_goes_on(side, capsys):
    numbers = side["count"](100)
    assert isinstance(numbers, types.GeneratorType) and next(numbers) == 0 and next(numbers) == 1
    assert capsys.readouterr().out == "0\n1\n"
    assert list(numbers) == list(range(2, 100)) and next(numbers, None) is None
    assert inspect.isgeneratorfunction(side["count"])


def test_an_answer_that_raises_stop_iteration_ends_no_loop_of_the_test(side):
    with pytest.raises(RuntimeError) as caught:
        list(map(side["stops"], [1, 2]))
    assert type(caught.value).__name__ == "StopIteration"


def test_closures_context_managers_and_decorated_functions(side):
    step, log = side["counter"](), []
    assert (step(), step()) == (1, 2)
    with side["opened"](log) as it:
        assert it == "it" and log == ["in"]
    assert log == ["in", "out"]
    with side["Manager"]() as manager:
        raise KeyError
    assert manager.kind is KeyError
    assert side["cached"](4) == 8 and side["cached"].cache_info().misses == 1


def test_a_function_tells_its_name_signature_text_and_source(side):
    f, method = side["uses_helper"], side["Animal"]().speak
    assert f.__name__ == "uses_helper" and f.__defaults__ == (2,) and inspect.isfunction(f)
    assert list(inspect.signature(f).parameters) == ["x", "scale"] and side["count"].__doc__ == "Count up."
    assert str(inspect.signature(method)) == "(times=2, *more, loud: bool = False) -> str"
    assert inspect.signature(side["Animal"]).parameters["name"].default == "x" and method.__doc__ == "Say it."
    assert (
        "helper" in f.__code__.co_names and f.__code__.co_argcount == 2 and "helper(x) * scale" in inspect.getsource(f)
    )


def test_a_test_can_put_its_own_function_in_the_place_of_one_of_the_students(side):
    f = side["uses_helper"]
    names = f.__globals__
    theirs = names["helper"]
    names["helper"] = lambda x: 100
    assert f(1) == 200
    names["helper"] = theirs
    assert f(1) == 4 and "helper" in names and "nothing" not in names and names.get("nothing", 3) == 3
    with mock.patch.dict(names, {"helper": lambda x: 5}):
        assert f(1) == 10
    assert f(1) == 4
    names["new"] = 1
    del names["new"]
    with pytest.raises(KeyError):
        names["new"]


def test_an_error_keeps_its_class_its_arguments_and_its_attributes(side):
    fails, TooLow = side["fails"], side["TooLow"]
    with pytest.raises(TooLow, match="too low") as caught:
        fails("own")
    error = caught.value
    assert (
        type(error).__name__ == "EvenLower"
        and error.needed == 5
        and error.args == ("too low",)
        and error.missing() == 4
    )
    assert isinstance(error, ValueError) and issubclass(TooLow, ValueError)
    with pytest.raises(KeyError) as caught:
        fails("key")
    assert type(caught.value) is KeyError and caught.value.args == ("a", 1)
    with pytest.raises(np.linalg.LinAlgError):
        fails("linalg")
    with pytest.raises(ValueError) as caught:
        fails("chain")
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_an_error_of_the_test_comes_back_as_itself(side):
    class Mine(Exception):
        pass

    def stop(x):
        raise Mine

    with pytest.raises(Mine):
        side["call"](stop, 1)


def test_input_is_answered_by_what_the_test_puts_in_its_place(side):
    with pytest.raises(NotImplementedError):
        side["asks"]()
    with mock.patch("builtins.input", side_effect=["Ann"]) as asked:
        assert side["asks"]() == "Ann!"
    asked.assert_called_with("name? ")


def test_seeds_of_a_test_are_those_of_the_student(side):
    side.judge.follow_seeds()
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002 - what old courses do
    expected = random.random(), np.random.rand()  # noqa: NPY002
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002
    assert side["draws"]() == expected


def test_objects_inside_data_are_objects_and_come_home_as_themselves(side):
    deep = side["deep"]()
    assert deep["a"][0].name == "in" and deep["a"][1][0] == [1]
    assert side["give_back"](deep)["a"][0] is deep["a"][0]
    assert side["table"] == [[1, 2], [3]] and Counter(side["give_back"](Counter("aab"))) == {"a": 2, "b": 1}


TYPE = ["value", "type", ["tuple", ["type"]]]
HOSTILE = {
    "a base that is no plain type": [
        "class",
        "C",
        None,
        ["tuple", [["value", "type", ["tuple", ["type"]]]]],
        [],
        [],
        "",
    ],
    "a special name": ["class", "C", None, ["tuple", []], ["tuple", ["__getattribute__"]], ["tuple", []], ""],
    "a method with a special name": ["class", "C", None, ["tuple", []], ["tuple", []], ["tuple", ["__init__"]], ""],
    "an instance of a real class": ["object", ["value", "type", ["tuple", ["list"]]], ["list", []], None],
    "no known kind": ["module", "os"],
}


@pytest.mark.parametrize("description", HOSTILE.values(), ids=HOSTILE)
def test_a_description_that_breaks_the_rules_is_malformed(description):
    ours, theirs = socket.socketpair()
    with pytest.raises((ProtocolError, KeyError)):
        Judge(ours).unpack(["mine", 1, description], [])
    theirs.close()


def test_no_bytecode_of_the_student_is_taken(side):
    f = side["uses_helper"]
    told, source = f._judge.ask("code", f)
    with mock.patch.object(f._judge, "ask", return_value=(told | {"co_code": b"planted!"}, source)):
        assert b"planted!" not in f.__code__.co_code
