"""Builders of people: all parts of one row's person agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..briefs import Brief
from ..draws import arrays
from ..draws.blocks import Block, Maker
from ..draws.cells import Rows, below
from ..draws.choices import weighted
from ..makers.domains import drawn_from
from ..pools import LocalePool, Weighted
from ..refusals import Refused
from .identities import NAMED, Identity, identity_of, part_of
from .places import Home, phones

DOMAINS = ("@example.com", "@example.org", "@example.net")
"""Reserved for examples (RFC 2606): no message to one of them reaches anybody."""
NUMBERED = 9999
"""An address without a name in it gets a number up to here where it need not be unique."""

Cells: TypeAlias = Callable[[Identity, Block], pa.Array]
Part: TypeAlias = Callable[[Identity, Brief], Maker]


def person(brief: Brief) -> Maker:
    """One part of the row's person; the parts with the same `who` belong together."""
    generator = part_of(brief.field)
    assert generator is not None  # noqa: S101 (routed here because of it)
    if brief.unique and generator.part not in NAMED | {"phone"}:
        message = f"a person's {generator.part} cannot be promised to be unique"
        hint = "make the name, e-mail, user name or phone unique instead"
        raise Refused("constraints.unique", "unique_not_possible", message, hint)
    return PARTS[generator.part](identity_of(brief, generator.who), brief)


# ── names ─────────────────────────────────────────────────────────────────────────────────────


def _name(identity: Identity, block: Block) -> pa.Array:
    return arrays.woven(*_name_parts(identity, block))


def _name_parts(identity: Identity, block: Block) -> list[arrays.Picked | str]:
    who = identity.of(block)
    names = {
        "given": (identity.given_names, who.given),
        "family": (identity.family_names, who.family),
    }
    return arrays.laid_out(identity.pool.name_form, names)


def _distinct_name(identity: Identity, block: Block) -> pa.Array:
    """With a number where the pool has fewer pairs of names than the table rows."""
    copy = identity.of(block).copy
    assert copy is not None  # noqa: S101 (a unique name is dealt)
    return arrays.woven(*_name_parts(identity, block), _numbers(copy, " "))


def _numbers(copies: Rows, before: str = "") -> arrays.Picked:
    """The second of its kind is number 2; the first has none."""
    if copies.max(initial=0) <= len(copies):
        known, index = np.arange(copies.max(initial=0) + 1), copies
    else:
        known, index = np.unique(copies, return_inverse=True)
    numbers = pc.cast(pa.array(known + 1), pa.string())
    return pc.if_else(pa.array(known == 0), "", arrays.joined(before, numbers)), index


def _given_name(identity: Identity, block: Block) -> pa.Array:
    return arrays.chosen(identity.given_names, identity.of(block).given)


def _family_name(identity: Identity, block: Block) -> pa.Array:
    return arrays.chosen(identity.family_names, identity.of(block).family)


def _sex(identity: Identity, block: Block) -> pa.Array:
    return arrays.chosen(arrays.texts(identity.sexes), identity.of(block).given)


# ── addresses on the net ──────────────────────────────────────────────────────────────────────


def _email(identity: Identity, block: Block) -> pa.Array:
    """Copies of an address go to the next domain before they get a number."""
    who, copies = identity.of(block), _copies(identity, block)
    key, count = identity.key("domain"), len(DOMAINS)
    if identity.neutral or who.label is None:
        turn = below(key, block.rows, count)
    else:
        # Turned by the given name, so that first copies do not all lie at the first domain.
        turn, copies = (copies + below(key, who.label, count)) % count, copies // count
    domain = arrays.texts(DOMAINS), turn
    return arrays.woven(*identity.address(block), _numbers(copies), domain)


def _user_name(identity: Identity, block: Block) -> pa.Array:
    return arrays.woven(*identity.address(block), _numbers(_copies(identity, block)))


def _copies(identity: Identity, block: Block) -> Rows:
    """Which copy of its address a row has; a neutral address needs a number of its own."""
    who = identity.of(block)
    if identity.neutral:
        if who.place is None:
            return below(identity.key("number"), block.rows, NUMBERED) + 1
        return who.place + 1
    return np.zeros(len(block.rows), np.int64) if who.copy is None else who.copy


# ── the parts ─────────────────────────────────────────────────────────────────────────────────


def _made(cells: Cells) -> Part:
    return lambda identity, _: lambda block: cells(identity, block)


def _named(identity: Identity, brief: Brief) -> Maker:
    cells = _distinct_name if brief.unique else _name
    return lambda block: cells(identity, block)


def _housed(cells: Callable[[Home, Block], pa.Array]) -> Part:
    def build(identity: Identity, _: Brief) -> Maker:
        home = Home(identity)
        return lambda block: cells(home, block)

    return build


def _phone(identity: Identity, brief: Brief) -> Maker:
    """Of the person's place; unique ones are of no place, or of any where those do not suffice."""
    if not brief.unique:
        home = Home(identity)
        return home.phone
    pool = identity.pool
    placeless = phones(pool.placeless_forms)
    enough = placeless.size >= brief.rows
    return drawn_from(placeless if enough else phones(pool.phone_forms), brief)


def _pooled(values: Callable[[LocalePool], Weighted], purpose: str) -> Part:
    def build(identity: Identity, _: Brief) -> Maker:
        pool, key = values(identity.pool), identity.key(purpose)
        choice, column = weighted(pool.weights), arrays.texts(pool.values)
        return lambda block: arrays.chosen(column, choice.draw(key, block.rows))

    return build


PARTS: dict[str, Part] = {
    "name": _named,
    "given_name": _made(_given_name),
    "family_name": _made(_family_name),
    "sex": _made(_sex),
    "email": _made(_email),
    "user_name": _made(_user_name),
    "phone": _phone,
    "street": _housed(Home.street),
    "city": _housed(Home.city),
    "postcode": _housed(Home.postcode),
    "region": _housed(Home.region),
    "country": _housed(Home.country),
    "address": _housed(Home.address),
    "company": _pooled(lambda pool: pool.companies, "company"),
    "job_title": _pooled(lambda pool: pool.job_titles, "job_title"),
}
