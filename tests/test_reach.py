"""What a test changes in its own process is seen before it runs: apart, it would not reach the student's code."""

import pytest

from grading.run.reach import modules_in, reaching

REACH = [
    "signal.alarm(2)",
    "sys.setrecursionlimit(300)",
    "with np.errstate(all='raise'):\n    f(1)",
    "with patch('random.choice', return_value='H'):\n    f()",
    "@mock.patch('time.sleep')\ndef check(sleep):\n    f()",
    "with unittest.mock.patch.dict('os.environ', {'A': '1'}):\n    f()",
    "with patch.dict(os.environ, {'A': '1'}):\n    f()",
    "with patch.object(random, 'choice', return_value=1):\n    f()",
    "random.choice = lambda items: items[0]",
    "os.environ['HOME'] = '/'",
]
STAY = [
    "with np.errstate(over='ignore'):\n    assert f(1) == np.exp(1000)",
    "with patch('builtins.input', return_value='3'):\n    f()",
    "with patch('sys.stdout', new_callable=io.StringIO):\n    f()",
    "with patch('__main__.helper'):\n    f()",
    "with patch.object(Account, 'fee', 3):\n    f()",
    "sys.stdout = io.StringIO()",
    "account.balance = 3",
    "queue.items = [1]",
    "random.seed(1)",
    "assert f('random.choice') == 1",
    "%matplotlib inline",
]
MODULES = modules_in("import random, os, sys, signal, unittest.mock\nimport numpy as np")


@pytest.mark.parametrize("source", REACH)
def test_what_reaches_only_its_own_process_is_found(source):
    assert reaching(source, MODULES)


@pytest.mark.parametrize("source", STAY)
def test_what_crosses_or_concerns_the_test_alone_is_not(source):
    assert not reaching(source, MODULES)
