"""What a process of ours does without is not missed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PANDAS = """
import sys
from src.lean import leave_out_pandas

leave_out_pandas()
import polars as pl
import pyarrow as pa

table = pa.table({"n": pa.array([1, None]), "t": ["a", "b"]})
assert pl.DataFrame(table).to_arrow().num_rows == 2
print("pandas.core" in sys.modules)
"""
SPECIAL = """
import sys
from src.lean import leave_out_other_arrays

leave_out_other_arrays()
from scipy.special import ndtri
print("numpy.f2py" in sys.modules)
import scipy.special._ufuncs
assert ndtri is scipy.special._ufuncs.ndtri
"""
THREADS = """
import os
from src.lean import be_lean

be_lean()
import numpy
print(len(os.listdir("/proc/self/task")))
"""


def said(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_arrow_and_polars_work_without_pandas() -> None:
    assert said(PANDAS) == "False\n"


def test_without_the_word_arrow_would_import_it() -> None:
    assert said(PANDAS.replace("leave_out_pandas()\n", "")) == "True\n"


def test_special_functions_are_scipys_own_without_all_of_numpy() -> None:
    assert said(SPECIAL) == "False\n"


def test_without_the_word_scipy_would_import_it() -> None:
    assert said(SPECIAL.replace("leave_out_other_arrays()\n", "")) == "True\n"


@pytest.mark.parametrize(
    "wanted",
    [
        "from scipy.special import ndtri, logsumexp\nprint(round(logsumexp([0.0]), 3))",
        "import scipy.stats\nprint(scipy.stats.norm.cdf(-100.0))",
    ],
)
def test_whoever_wants_more_of_scipy_gets_it(wanted: str) -> None:
    assert said(f"from src.lean import be_lean\nbe_lean()\n{wanted}") == "0.0\n"


def test_what_scipy_does_not_have_is_missing_as_ever() -> None:
    program = "from src.lean import be_lean\nbe_lean()\nimport scipy.special as s\n"
    assert said(program + "print(hasattr(s, 'nothing'), hasattr(s, '__nothing__'))") == (
        "False False\n"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads as Linux shows them")
def test_no_thread_waits_for_a_large_matrix() -> None:
    assert said(THREADS) == "1\n"


def test_a_person_may_want_those_threads() -> None:
    program = "import os\nos.environ['OPENBLAS_NUM_THREADS'] = '3'\n"
    program += "from src.lean import be_lean\nbe_lean()\nprint(os.environ['OPENBLAS_NUM_THREADS'])"
    assert said(program) == "3\n"


def test_the_wiring_imports_what_few_commands_need_when_it_is_asked_for() -> None:
    few = ["src.core.tracing", "src.core.authoring.rows", "src.reporting.reports"]
    assert said(f"import sys, src.wiring\nprint([n for n in {few} if n in sys.modules])") == "[]\n"


def left(code: int) -> subprocess.Popen[bytes]:
    program = f"from src.lean import leave\nprint('all')\nleave({code})"
    buffered = {**os.environ, "PYTHONUNBUFFERED": ""}
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=buffered)


@pytest.mark.parametrize("code", [0, 1, 130])
def test_a_process_that_leaves_has_said_everything(code: int) -> None:
    with left(code) as process:
        assert process.stdout is not None
        assert process.stdout.read() == b"all\n"
    assert process.returncode == code


@pytest.mark.skipif(sys.platform == "win32", reason="there a pipe nobody reads is another error")
def test_a_process_whose_last_words_nobody_reads_says_so_by_its_code() -> None:
    with left(0) as process:
        assert process.stdout is not None
        process.stdout.close()
    assert process.returncode == 120
