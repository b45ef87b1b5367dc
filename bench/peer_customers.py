"""examples/customers.schema.json through Mimesis or Faker, each used the fastest way it has.

python bench/peer_customers.py mimesis|faker ROWS FILE
"""

import random
import sys
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

COUNTRIES = ["US", "GB", "DE", "FR", "IN", "BR", "JP", "CA", "ES", "AU"]
COUNTRY_WEIGHTS = [30, 12, 11, 10, 10, 8, 7, 5, 4, 3]
FIRST, LAST = date(2020, 1, 1), date(2025, 12, 31)


def mimesis(n):
    from mimesis import Datetime, Person, Text
    from mimesis.locales import Locale

    person, when, text = Person(Locale.EN), Datetime(Locale.EN), Text(Locale.EN)
    names = [person.full_name() for _ in range(n)]
    return {
        "full_name": names,
        "email": [person.email(unique=True) for _ in range(n)],
        "signup_date": [when.date(start=2020, end=2025) for _ in range(n)],
        "notes": [" ".join(text.words(quantity=random.randint(4, 10))) for _ in range(n)],
    }


def faker(n):
    from faker import Faker

    fake = Faker("en_US", use_weighting=False)
    names = [f"{fake.first_name()} {fake.last_name()}" for _ in range(n)]
    span = (LAST - FIRST).days
    return {
        "full_name": names,
        "email": [f"{fake.user_name()}{row}@example.com" for row in range(n)],
        "signup_date": [
            date.fromordinal(FIRST.toordinal() + random.randint(0, span)) for _ in range(n)
        ],
        "notes": [" ".join(fake.words(random.randint(4, 10))) for _ in range(n)],
    }


def rest(n):
    """What neither library is needed for, the quick way in plain Python."""
    import uuid

    return {
        "id": list(range(1, n + 1)),
        "uuid": [str(uuid.UUID(int=random.getrandbits(128), version=4)) for _ in range(n)],
        "country": random.choices(COUNTRIES, COUNTRY_WEIGHTS, k=n),
        "age": [min(90, max(18, round(random.gauss(40, 12)))) for _ in range(n)],
        "plan": random.choices(["free", "pro", "enterprise"], [60, 30, 10], k=n),
        "monthly_spend": [round(random.lognormvariate(3.5, 0.8), 2) for _ in range(n)],
        "is_active": [random.random() < 0.8 for _ in range(n)],
    }


if __name__ == "__main__":
    rows = int(sys.argv[2])
    made = {"mimesis": mimesis, "faker": faker}[sys.argv[1]](rows)
    pq.write_table(pa.table({**rest(rows), **made}), sys.argv[3], compression="zstd")
