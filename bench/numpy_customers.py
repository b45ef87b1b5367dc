"""examples/customers.schema.json written by hand in NumPy, for this one table: the yardstick.

python bench/numpy_customers.py ROWS FILE
"""

import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

COUNTRIES = ["US", "GB", "DE", "FR", "IN", "BR", "JP", "CA", "ES", "AU"]
COUNTRY_WEIGHTS = [0.30, 0.12, 0.11, 0.10, 0.10, 0.08, 0.07, 0.05, 0.04, 0.03]
GIVEN = [f"Given{n}" for n in range(800)]
FAMILY = [f"Family{n}" for n in range(1000)]
WORDS = [f"word{n}" for n in range(300)]


def uuids(rng, n):
    raw = rng.integers(0, 256, (n, 16), dtype=np.uint8)
    raw[:, 6] = raw[:, 6] & 0x0F | 0x40
    raw[:, 8] = raw[:, 8] & 0x3F | 0x80
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    text = np.full((n, 36), ord("-"), np.uint8)
    high, low = digits[raw >> 4], digits[raw & 15]
    places = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]
    text[:, places] = high
    text[:, [place + 1 for place in places]] = low
    offsets = pa.array(np.arange(0, 36 * (n + 1), 36, dtype=np.int32))
    return pa.StringArray.from_buffers(n, offsets.buffers()[1], pa.py_buffer(text.tobytes()))


def ages(rng, n):
    values = rng.normal(40, 12, n)
    while (wrong := (values < 18) | (values > 90)).any():
        values[wrong] = rng.normal(40, 12, wrong.sum())
    return np.rint(values).astype(np.int64)


def notes(rng, n):
    words = pa.array(WORDS)
    counts = rng.integers(4, 11, n)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    flat = words.take(pa.array(rng.integers(0, len(WORDS), offsets[-1])))
    text = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), flat), " ")
    return pc.if_else(pa.array(rng.random(n) < 0.3), pa.scalar(None, pa.string()), text)


def table(n, seed=7):
    rng = np.random.default_rng(seed)
    ids = np.arange(1, n + 1)
    given = pa.array(GIVEN).take(pa.array(rng.integers(0, len(GIVEN), n)))
    family = pa.array(FAMILY).take(pa.array(rng.integers(0, len(FAMILY), n)))
    mail = pc.utf8_lower(pc.binary_join_element_wise(given, family, "."))
    number = pa.array(ids).cast(pa.string())
    days = rng.integers(18262, 20454, n).astype("datetime64[D]")
    country = pa.array(COUNTRIES).take(pa.array(rng.choice(10, n, p=COUNTRY_WEIGHTS)))
    plan = pa.array(["free", "pro", "enterprise"]).take(
        pa.array(rng.choice(3, n, p=[0.6, 0.3, 0.1]))
    )
    return pa.table(
        {
            "id": ids,
            "uuid": uuids(rng, n),
            "full_name": pc.binary_join_element_wise(given, family, " "),
            "email": pc.binary_join_element_wise(mail, number, "@example.com", ""),
            "signup_date": pa.array(days),
            "country": country,
            "age": ages(rng, n),
            "plan": plan,
            "monthly_spend": np.round(rng.lognormal(3.5, 0.8, n), 2),
            "is_active": rng.random(n) < 0.8,
            "notes": notes(rng, n),
        }
    )


if __name__ == "__main__":
    pq.write_table(table(int(sys.argv[1])), sys.argv[2], compression="zstd", row_group_size=65_536)
