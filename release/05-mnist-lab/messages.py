"""What the checks say to students. Each message is a template of whole sentences with named fields.

Every assignment ships this file. ``checks.py``, ``errors.py``, ``relations.py`` and ``reasons.py`` choose a message
and fill in its fields: ``messages.RETURNS_NONE.format(label="dW")``. No code reads what a message says, so each can be
edited or translated as a whole: its name stays, and its fields may change places. Where one thing is said otherwise
than many, each has a template (``..._ONE``, ``..._MANY``). A field holds a name, a number, code, or a part from the
last section.
"""

# What a check says first: the exercise and the problem. On hidden inputs, it says that.

ABOUT = "{name}: {problem}"
ABOUT_HIDDEN = "{name} (on inputs that the notebook does not show): {problem}"
HIDDEN = "{problem} (on inputs that the notebook does not show)"

# The lines below it. Grading looks for LIKELY_REASON, as grading/README.md tells.

LIKELY_REASON = "Likely reason: {reason}"
REMEMBER = "Remember: {because}"
PYTHON_WARNED = "Python warned: {warning}"
IN_LINE = "in {function}, at the line: {line}"

# Words in front of what is shown, of at most 12 letters.

CALLED = "Called"
ARGUMENT = "with {name}"
GOT = "Got"
EXPECTED = "Expected"
DIFFERENCE = "Difference"
FIRST_WRONG = "First wrong"
FIRST_WRONG_AT = "at {place}: got {got}, expected {expected}"
BEFORE = "Before"
AFTER = "After"
FIRST_CHANGE = "First change"
FIRST_CHANGE_AT = "at {place}: {before} became {after}"
KEYS = "Keys"
NO_KEYS = "none"
RANGE = "a number from {low} to {high}"
MORE_ITEMS = "and {number} more"

# An answer that is not written, that stops or that changes what it was given.

NOT_WRITTEN = "{what} is not written yet. Put your answer where it says YOUR CODE HERE."
STUB_IS_LEFT = "{what} still stops at the line: {line}\nYour code stands below it. Delete this line."
NO_METHOD = "{kind} has no method {method}. Is it written, and is its name spelt so?"
NO_METHOD_BUT = "{kind} has no method {method}. It has {like}: is {method} meant?"
STOPPED = "{call} stopped with {error}"
ATTRIBUTE = "{name}: attribute {attribute}"
SET_ATTRIBUTE = "{name}: set attribute {attribute}"
USES_NAME_OF_TEST = (
    "{what} uses {name}, which is none of its arguments.\n"
    "{name} belongs to the test. Your code does not see it when it is graded."
)
USES_NAME_OF_TEST_IN_METHOD = (
    "{what} uses {name}, which is none of its arguments.\n"
    "What an object keeps for later is written self.{name}: store it in forward or in __init__."
)
CHANGED_ARGUMENT = "{call} changed its argument {name}. Work on a copy: a caller may still need the old values."
CHANGED_RESULT = "A later call changed what {call} had returned. Work on a copy: it may still be needed."

# A result that is not as expected.

RETURNS_NONE = "{label} is None. Does the function end with return? append, reverse, sort and shuffle give None, too."
NO_DICT = "{label} should be a dict, but is {kind}."
NO_KEY = "{label} has no key {key}."
NO_SEQUENCE_ONE = "{label} should hold 1 thing in order, but is {kind}."
NO_SEQUENCE_MANY = "{label} should hold {number} things in order, but is {kind}."
OTHER_LENGTH_ONE = "{label} should hold 1 thing, but holds {found}."
OTHER_LENGTH_MANY = "{label} should hold {number} things, but holds {found}."
NO_NUMBER = "{label} should be one number, but is {kind}."
NO_NUMBERS = "{label} should be numbers, but is {kind}."
OTHER_SHAPE = "{label} has shape {found}, but shape {expected} was expected."
SHAPE_FOR_NUMBER = "{label} has shape {found}, but one number was expected."
NUMBER_FOR_SHAPE = "{label} is one number, but shape {expected} was expected."
NOT_FINITE_NUMBER = "{label} is {value}."
NOT_FINITE = "{label} is NaN or infinite in {bad} of {number} places."
WRONG_NUMBER = "{label} has the wrong value."
WRONG_VALUES = "{label} has the right shape, but wrong values in {bad} of {number} places."
TOO_SMALL = "{label} is too small."
TOO_LARGE = "{label} is too large."

# A check that passes, and quiz answers.

PASSED = "{name}: this check passed."
PASSED_VALUES = "{name}: this check passed (values and shape)."
PASSED_ARGUMENTS = "{name}: this check passed (arguments unchanged)."
PASSED_BOTH = "{name}: this check passed (values and shape, arguments unchanged)."
WORTH = "It is worth {points} of {most} points."
ANSWER_IS = "{name}: your answer is {letter}."
TOLD_WHEN_GRADED = "You learn whether it is right when it is graded."
NO_LETTER = "{name} should return one letter: {letters}.\nIt returned {got}."
LETTER_IN_QUOTES = '{name} should return one letter. Write it in quotes: return "{letter}".'
LETTER_IS_RIGHT = "{name} is right. {reason}"
LETTER_IS_WRONG = "{name} is not right.\n{reason}"

# A demonstration that cannot run.

WRITE_FIRST = "Write {names} first. Then run this cell again."
REPLACED = (
    "{name} was replaced by a cell of yours: now it is {kind}.\n"
    "Give your variable another name, run the first cell of the notebook, then this one again."
)
RUN_ABOVE_FIRST = "{name} is made by a cell above. Run that cell first, then this one again."
UNFINISHED = "This cell could not be finished: {error}\nIt uses {names}. Run their checks and read what they say."

# A known mistake, where others act, too.

MEND_FIRST = "More than one mistake acts here. Mend this one first: {hint}"

# What the lines of an answer show.

PARAMETERS_MIXED = "Your def line has the arguments in another order: {given}. The exercise calls {name}({order})."
RETURN_IN_LOOP = "A line with return stands inside a loop, so the loop ends in its first pass. Move it behind the loop."
WHOLE_DIVISION = "The sign // cuts off everything behind the point. Write / where the result has fractions."

# What an error means: shapes.

SHAPES_DIFFER = "{left} has shape {one}, {right} has shape {two}: entry by entry they do not fit."
TWO_SHAPES_DIFFER = "One array has shape {one}, the other has shape {two}: entry by entry they do not fit."
LABELS_ARE_NUMBERS = "The labels are class numbers, one for each example, and not rows of zeros and ones."
COLUMN_NEEDED = (
    "The shorter one has one number for each row of the other. Make it a column: keepdims=True in the sum or maximum "
    "that it comes from, or [:, None]."
)
LIES_OTHER_WAY = "One of them lies the other way: use its transpose, .T."
WRITE_AT_SIGN = "The sign * multiplies entry by entry. For a matrix product write @, here with .T where it is needed."
WRITE_SHAPES_DOWN = "Write down the shape of each part of this line."
PRODUCT_DIFFERS = (
    "In the product {left} @ {right}, the left part has {columns} columns and the right part has {rows} rows: these "
    "numbers must be equal. One part may need .T, or the two parts belong the other way round."
)
A_PRODUCT_DIFFERS = (
    "In this matrix product, the left part has {columns} columns and the right part has {rows} rows: these "
    "numbers must be equal. One part may need .T, or the two parts belong the other way round."
)
DOT_DIFFERS = (
    "A matrix product of shapes {one} and {two} does not exist: the columns of the left part must be as many as the "
    "rows of the right part. One of them may need .T."
)
NO_ROOM_IN_PLACE = "An array of shape {one} has no room for the shape {two}. Write a = a - ..., not a -= ..."
NO_ROOM = "What is stored has shape {one}, but its place has shape {two}. Is a sum or a slice wrong?"
NO_AXIS_ONE = (
    "There is no axis {axis}: the array has 1 axis, counted from 0. "
    "Was a table with a row for each example expected, or a keepdims=True forgotten?"
)
NO_AXIS_MANY = (
    "There is no axis {axis}: the array has {number} axes, counted from 0. "
    "Was a table with a row for each example expected, or a keepdims=True forgotten?"
)
CANNOT_FILL = "{size} numbers cannot fill the shape ({shape}): the product of the sizes must be {size}."
OTHER_SIZES_DIFFER = "Arrays are put together whose other sizes differ. Check their shapes, and the axis."
OTHER_AXES_DIFFER = (
    "Arrays are put together that have different numbers of axes. np.ones(m) has one axis, np.ones((m, 1)) is a column."
)
LENGTHS_DIFFER = "The arrays have different lengths. Write down the shape of each of them."
ZIP_DIFFERS = "The two lists that zip goes through have different lengths."
UNEQUAL_PARTS = "np.split needs equal parts, but the last part may be smaller. Cut with slices: [start : start + size]."
ROWS_OF_DIFFERENT_LENGTH = (
    "An array needs numbers, or rows of equal length. Here the parts have different shapes: check each of them. "
    "If they are meant to differ, keep the list and take its parts one by one."
)
PLACE_FOR_ONE_NUMBER = (
    "One place of an array holds one number, but a whole array is put there. Give the array an axis more, or collect "
    "the parts in a list."
)
TOO_LARGE_ARRAY = "An array gets far too large. Check the shapes: have two been combined to all pairs?"

# What an error means: indices and keys.

OUT_OF_BOUNDS_NONE = "Index {index} was used where there are no entries (axis {axis})."
OUT_OF_BOUNDS_ONE = "Index {index} was used where there is only 1 entry (axis {axis}). Its index is 0."
OUT_OF_BOUNDS_MANY = (
    "Index {index} was used where there are only {size} entries (axis {axis}). Counting starts at 0, so the last "
    "index is {last}."
)
LIST_OUT_OF_BOUNDS = (
    "An index is larger than the list is long. Counting starts at 0, so the last index is the length minus 1."
)
TOO_MANY_INDICES = "{indices} indices stand in the brackets, but the array has fewer axes: {axes}."
INDEX_LISTS_DIFFER = (
    "Two lists of indices that are used together must be equally long: one row and one column for each entry."
)
INDEX_IS_NO_NUMBER = "An index must be a whole number or an array of them, but it is something else, perhaps a float."
QUOTES_FOR_DICT_ONLY = (
    "A name in quotes picks an entry of a dict, but what stands before the brackets is no dict. Do the arguments, or "
    "the results of a function, come in this order?"
)
MASK_DIFFERS = "A mask must have the shape of the array that it picks from."
INDEX_OF_NUMBER = "Square brackets stand after a single number. Was an array expected here?"
NO_ENTRIES = "Square brackets stand after something of type {kind}, which has no entries."
KEY_UNKNOWN = "The dict has no key {key}. Is it spelt as in the exercise, with the same capital letters?"
DICT_HAS_NO = 'A dict has no .{name}. Its entry is written with brackets and quotes: ["{name}"].'

# What an error means: names.

NAME_IN_SCIPY = "Nothing here is called {name}. The first cell imports {like}, which is the same."
NAME_OF_OBJECT = "There is no variable {name} in {function}. What belongs to the object is written self.{name}."
MATH_NOT_IMPORTED = "math is not imported, and it takes one number only. Use np: its functions work on every entry."
NAME_IN_BRACKETS = (
    'There is no variable {name} in {function}. If the entry of a dict is meant, its name stands in quotes: ["{name}"].'
)
NAME_OF_NUMPY = "There is no variable {name} in {function}. The function of NumPy is written np.{name}."
NAME_UNKNOWN = (
    "There is no variable {name} in {function}. Is it spelt as above, and defined in the function that uses it?"
)
NAME_UNKNOWN_ANYWHERE = (
    "There is no variable {name} in your code. Is it spelt as above, and defined in the function that uses it?"
)
HIDES_FUNCTION = (
    "A line of {function} gives the name {name} to a variable, so the function {name} cannot be called there. "
    "Give the variable another name."
)
NAME_REBOUND = (
    "{name} is a name of Python or NumPy, and a cell of your notebook has given it to something else. "
    "Give that another name, then restart the kernel."
)
USED_TOO_EARLY = "{name} is used before it has a value in this function. Give it a value in an earlier line."
NO_MODULE = "{name} is not installed here. These exercises need NumPy alone."
NO_FUNCTION = "{module} has no {name}. It has to be written out, or has another name."
NO_FUNCTION_BUT = "{module} has no {name}. Is {like} meant?"
NONE_HAS_NO = (
    "Something is None before .{name}. Does every function that is used here end with return? "
    "append, reverse, sort and shuffle give None, too."
)
LIST_HAS_NO = "A {kind} has no .{name}, an array has. Make an array of it with np.array, or use what a {kind} can do."
ARRAY_CANNOT_GROW = "An array has no {name}. Collect results in a list, and make an array of it at the end."
ARRAY_HAS_NO = "An array has no .{name}. Is the name spelt right?"
NUMBER_HAS_NO = "A single number has no .{name}. Was an array expected here?"
SELF_HAS_NO = (
    "self.{name} does not exist when it is used. Store it first under exactly this name, in __init__ or in forward: "
    "self.{name} = ..."
)
SELF_HAS_NO_VALUE = "self.{name} has no value yet, so it cannot be changed. Write self.{name} = ... here."
METHOD_UNKNOWN = "The object has no method {name}. A function of the notebook is called without self: {name}(...)."
ATTRIBUTE_NEVER_SET = "The object has no {name}. Store it in one of its methods: self.{name} = ..."
ARGUMENT_WITHOUT_SELF = "{name} is an argument of {function}. Write it without self."
OTHER_HAS_NO = (
    "What stands before .{name} in this line is of type {kind}, which has no {name}. Look at the part that is not self."
)
OTHER_LIBRARY = "NumPy has no {name} here. Write {like}."
OBJECT_HAS_NO = "What stands before .{name} is of type {kind}, which has no {name}. Is the name spelt right?"
RESULT_HAS_NO = "What your code gives is of type {kind}, which has no {name}. Does it give what the exercise asks for?"

# What an error means: calls.

SELF_FORGOTTEN = "The first parameter of a method is self: write def {name}(self, ...)."
TAKES_NO_ARGUMENT = "{name} was called with 1 argument, but its def line takes none."
OTHER_NUMBER_OF_ARGUMENTS = "{name} was called with {given} arguments, but its def line takes {takes}."
TAKES_OTHER_NUMBER = (
    "{name} was called with another number of arguments ({given}) than its __init__ takes besides self ({takes}). "
    "The first parameter is self."
)
METHOD_TAKES_OTHER = (
    "{name} was called with another number of arguments ({given}) than its def line takes besides self ({takes})."
)
NO_INIT = (
    "{name} has no method __init__ that takes arguments. Is its name written with two underscores in front "
    "and two behind?"
)
ARGUMENT_MISSING = "{name} was called without its argument {argument}. Write it between the brackets."
STAR_MISSING = "If it is in the list {listed}, write *{listed}: then each part becomes an argument of its own."
ARGUMENT_OF_METHOD = (
    "{name} gets no {argument} when it is called. What it needs from another method is stored there first: "
    "self.{argument} = ..."
)
OBJECT_MISSING = "{name} needs the object that it belongs to. Make one first: {kind}(...).{name}(...)."
ARGUMENT_NOT_GIVEN = (
    "Your def line has the argument {argument}, which the exercise does not have. Take it out, or give it a value "
    "there: {argument}=..."
)
ARGUMENT_UNKNOWN = "The function that is called has no argument {name}. Is the name spelt right?"
SHAPE_IN_BRACKETS = "The numbers of rows and columns go together, in brackets of their own: np.zeros((3, 4))."
NOT_CALLABLE = (
    "Round brackets call a function, but here they follow something of type {kind}. An entry needs square brackets, "
    "an object the name of its method, such as .forward(...)."
)
NO_BRACKETS_AFTER_T = "The transpose has no round brackets: write .T, not .T()."
WITHOUT_END = (
    "A function calls itself too often: Python allows about 1000 calls inside each other. Has it the name of a "
    "function that it wants to use? If not, keep what waits in a list, and use a loop."
)
ASSERT_OF_STUDENT = "An assert of yours does not hold. Is it stricter than the text of the exercise?"

# What an error means: things that cannot be used so.

ONE_NUMBER_DECIDES = (
    "if, not, and, or, max and min decide about one number, but they get an array. Use np.where, np.maximum, &, | or ~."
)
SHAPE_TO_COUNT = "np.ndindex goes through a shape, not through an array: write .shape."
BIGGEST_OF_TWO = (
    "np.{name} looks at one array, and its second argument is an axis. np.{name}imum(a, b) compares two entry by entry."
)
NUMBER_IN_PRODUCT = "The sign @ needs arrays on both sides, but one side is a single number. Use * there."
OTHER_NUMBER_OF_NAMES = (
    "The names on the left are not as many as the things on the right. Where the number varies, use a loop or a star: "
    "*params."
)
OUTSIDE_DOMAIN = "A function of math got a number that it cannot take, as in log(0). Keep away from such numbers first."
READ_ONLY = "This array must not be changed. Work on a copy: a = a.copy()."
WHOLE_NUMBERS_ONLY = (
    "The array holds whole numbers and takes no fractions. Make a copy of floats first: np.array(..., dtype=float)."
)
ARRAY_IN_MATH = (
    "A function for one number, as in math, got a whole array. Use the function of np: it works on every entry."
)
OBJECT_IN_MATH = (
    "A function of math takes a plain number, but gets an object. Take the number out of it, or call a method of the "
    "object, such as .exp()."
)
ARRAY_FOR_NUMBER = (
    "An array stands where one whole number is needed. Several arrays go into one list, f([a, b]); a size is len(a)."
)
FLOAT_FOR_NUMBER = (
    "A whole number is needed here, for a size or an index, but it is a float. Use // instead of /, or int(...)."
)
NUMBER_FOR_LIST = "A single number stands where a list or an array is needed."
LIST_IN_CALCULATION = (
    "A list cannot be used in a calculation like an array. Where it holds numbers, make an array of it: np.array(...). "
    "Where it holds arrays, take them one by one."
)
SEQUENCE_IN_CALCULATION = (
    "A {kind} cannot be used in a calculation. Use its items one by one, or an array: np.array(...)."
)
DICT_IN_CALCULATION = "A dict cannot be used in a calculation. Take its entries one by one."
FUNCTION_IN_CALCULATION = "A function stands where its result is needed: write brackets after its name."
NONE_IN_CALCULATION = (
    "Something is None here. Does every function that is used end with return? "
    "append, reverse, sort and shuffle give None, too."
)
POWER_SIGN = "A power is written with two stars: a ** 2. The sign ^ means something else."
KINDS_DO_NOT_FIT = "Here {one} and {two} meet, which do not go together."
RANGE_MISSING = "A loop goes through several things. To repeat its lines {number} times, write range({number})."
ONE_FOR_SEVERAL = "A loop, a list or several names on the left need several things, but there is only one."
TUPLE_IS_FIXED = "A tuple cannot be changed. Make a list of it first: list(...)."
NO_LENGTH = "A {kind} has no length. Make a list of it first: list(...)."
OTHER_THINGS_IN_ARRAY = (
    "The array holds other things than numbers, or rows of different lengths. Check how it was made."
)
DIVIDED_BY_ZERO = "Something is divided by 0. Which number in this line can be 0?"
OVERFLOW = "A number gets too large for a computer, as exp(1000) does. Use np, and an exponent that is never large."

# How a result is related to the expected one.

SHAPE_ALONE_DIFFERS = (
    "The values of {label} are right, but the shape is {found} in place of {expected}. "
    "Keep or drop the axis of length 1: keepdims, ravel() or [:, 0]."
)
ROWS_RUN_TOGETHER = (
    "The values of {label} are right, but the shape is {found} in place of {expected}. "
    "Use reshape, or collect one list for each row."
)
TRANSPOSED = "This is the transpose of {label}: rows and columns are exchanged."
ALL_PAIRS = "Shape ({n}, {n}) comes from combining ({n}, 1) with ({n},). Bring both to the shape ({n},) first."
SUM_MISSING = "A sum over axis {axis} of {label} is missing."
MEAN_MISSING = "A mean over axis {axis} of {label} is missing."
ONE_FOR_EACH_EXAMPLE = (
    "{label} has one value for each example. It needs one for each entry of {name}: add up over the examples."
)
SUM_OF_ALL = "This is the sum of all entries of {label}. The entries themselves are asked for."
MEAN_OF_ALL = "This is the mean of all entries of {label}. The entries themselves are asked for."
ARGUMENT_ITSELF = "{label} is {name} itself, unchanged."
SIGN = "{label} is right but for the sign."
SIGN_OF_SOME = "{label} is right but for the sign of some entries."
CUT_OFF = "The fractions of {label} are cut off. An array of whole numbers takes none: make it with floats."
REVERSED = "{label} has the right values in reverse order."
TOO_LATE = "The values of {label} come one place too late: the first one is too many."
TOO_EARLY = "The values of {label} come one place too early: the first one is missing."
OTHER_ORDER = "{label} has the right values in another order."
BUT_FIRST_ROW = "{label} is right except in the first row."
BUT_LAST_ROW = "{label} is right except in the last row."
BUT_FIRST_COLUMN = "{label} is right except in the first column."
BUT_LAST_COLUMN = "{label} is right except in the last column."
BUT_FIRST_ENTRY = "{label} is right except in the first entry."
BUT_LAST_ENTRY = "{label} is right except in the last entry."
BUT_DIAGONAL = "{label} is right except on the diagonal."
BUT_ZEROS = "{label} is right in some entries and 0 in all others. Is every entry reached?"
ALL_LARGER = "Every value of {label} is too large by the same amount."
ALL_SMALLER = "Every value of {label} is too small by the same amount."
ONE_MINUS = "This is 1 minus what is expected for {label}."
SQUARE = "This is the square of what is expected for {label}."
ROOT = "This is the square root of what is expected for {label}."
LOGARITHM = "This is the logarithm of what is expected for {label}."
MINUS_LOGARITHM = "This is minus the logarithm of what is expected for {label}."
EXPONENTIAL = "This is the exponential of what is expected for {label}."
INVERSE = "This is 1 divided by what is expected for {label}."
ABSOLUTE = "This is the absolute value of what is expected for {label}."
RUNNING_SUM = "This is the running sum of what is expected for {label}."

# A factor: first what is seen, then what it may be.

FACTOR_LARGER = "{label} is {ratio} times too large."
FACTOR_SMALLER = "{label} is {ratio} times too small."
FACTOR_ALL_LARGER = "Every value of {label} is {ratio} times too large."
FACTOR_ALL_SMALLER = "Every value of {label} is {ratio} times too small."
SOME_FACTOR_LARGER = "{label} is too large by a factor."
SOME_FACTOR_SMALLER = "{label} is too small by a factor."
SOME_FACTOR_ALL_LARGER = "Every value of {label} is too large by the same factor."
SOME_FACTOR_ALL_SMALLER = "Every value of {label} is too small by the same factor."
DIVIDE_BY_SIZE = "That is {size}. Divide by it once."
DIVIDED_BY_SIZE = "That is {size}. Do not divide by it, or not twice."
ONE_LESS = "You seem to divide by one less than {size}."
TWICE_SIZE = "That is 2 times {size}."
HALF_SIZE = "That is half of {size}."
SIZE_SQUARED = "That is {size} squared."
TWO_SIZES = "That is {one} times {two}."
SIZES_EXCHANGED = "Is {one} used in the place of {two}, or the other way round?"
TWO_TOO_MANY = "Look for a factor 2 that is too many."
TWO_MISSING = "Look for a factor 2 that is missing."
LOG10 = "That comes from log10, the logarithm with base 10. Take the natural logarithm, np.log."
LOG2 = "That comes from log2, the logarithm with base 2. Take the natural logarithm, np.log."
FACTOR_IS_ARGUMENT = "The factor is {name}, or 1 / {name}."

# Parts: what may stand in a field of a message above.

RESULT = "the result"
RESULT_AT_START = "The result"
EXAMPLES = "the number of examples"
FEATURES = "the number of features"
COLUMNS = "the number of columns (one for each class or target)"
AT_LEAST = "{number} or more"
NAMES_AND = "{names} and {last}"
OF_TYPE = "of type {kind}"
ARRAY_OF_TYPE = "an array of {dtype} with shape {shape}"
UNEVEN_ROWS = "a {kind} with rows of different lengths, or with other things or itself in it"
ARRAY_SHOWN = "array of shape {shape}\n{values}"
FUNCTION_SHOWN = "the function {name}"
OBJECT_SHOWN = "a {kind}"
NOT_SHOWN = "something of type {kind}"
