"""What a process of ours does without is not missed."""

from __future__ import annotations

import subprocess
import sys

LEAN = """
import sys
from src.lean import leave_out_pandas

leave_out_pandas()
import polars as pl
import pyarrow as pa

table = pa.table({"n": pa.array([1, None]), "t": ["a", "b"]})
assert pl.DataFrame(table).to_arrow().num_rows == 2
print("pandas.core" in sys.modules)
"""


def test_arrow_and_polars_work_without_pandas() -> None:
    done = subprocess.run([sys.executable, "-c", LEAN], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_without_the_word_arrow_would_import_it() -> None:
    fat = LEAN.replace("leave_out_pandas()\n", "")
    done = subprocess.run([sys.executable, "-c", fat], capture_output=True, text=True, check=False)
    assert done.stdout == "True\n"
