"""The schema language in the words in which a model is taught it, made from the models."""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from ..core.kinds import Expectation, Generator, PersonPart, Rule
from ..core.models import Constraints, FieldType, ForeignKey

# What a model has to know beyond the names: which word to choose when.
GUIDE = """\
A schema is a JSON object: {"name","description","locale","as_of","fields":[…],"rows",\
"primary_key","rules","expectations"} for one table, or with "tables":[{"name","rows",\
"fields","primary_key","foreign_keys","rules"}] in place of "fields" for several. Names are \
letters, digits and _.

A field: {"name","type","format","description","constraints":{…},"nullable","null_fraction",\
"null_when","generator":{"kind":…}}. Leave out what is not needed; a field without a generator is \
made from its type, format and constraints.
types: %(types)s
formats of strings: email, uri, uuid, ipv4, ipv6, hostname, phone, iban, credit-card, ean13, \
isbn13, mac, country, currency, language, postcode, slug
constraints: %(constraints)s (pattern is RE2 and must match in full)

Generators ("kind" and its keys; ? marks what may be left out):
%(generators)s
"truncate" is [low, high]; "quota":"exact" makes shares hold to the row; subcategory's "values" is \
{"parent value":[…]}; "words" is [least, most]; a person's parts: %(person)s.

Choose code over the model: categories, numbers, dates, people, keys and derived values are made \
by code. Use llm_text only for prose that differs row by row, llm_pool for short texts that may \
repeat (product names, job titles). All parts of a person in a row come from "person".

Foreign keys: %(foreign_key)s; "reference" is {"table","fields"}; "per_parent" is \
{"minimum","maximum","mean","share_with_none","skew":{"top","share"}}.

Rules across the columns of one row or table ("rule" and its keys):
%(rules)s

Expectations, what the request promises about the finished data ("check" and its keys; "table" \
where there are several; leave "tolerance" out, which is then what chance allows for so many rows; \
0 is for "exactly"; "because" quotes the request):
%(checks)s

Expressions are scalar SQL over the row's own columns: status = 'cancelled', price * quantity, \
CASE WHEN nights >= 7 THEN 0.9 ELSE 1 END. "parent_table.column" names the parent's value, \
sum(child.column) only in an aggregate. No sub-query, clock or chance.

Example, "300 tickets with a subject, 20 %% urgent, closed only if done":
{"name":"tickets","locale":"en","rows":300,"primary_key":["id"],"fields":[\
{"name":"id","type":"integer","generator":{"kind":"sequence"}},\
{"name":"subject","description":"what the customer reports",\
"generator":{"kind":"llm_text","words":[3,9]}},\
{"name":"priority","generator":{"kind":"category","values":["urgent","normal"],"weights":[20,80]}},\
{"name":"status","generator":{"kind":"category","values":["open","done"]}},\
{"name":"opened_at","type":"datetime","constraints":{"minimum":"2025-01-01","maximum":"2025-12-31"}},\
{"name":"closed_at","type":"datetime","null_when":"status <> 'done'",\
"constraints":{"minimum":"2025-01-01","maximum":"2026-01-31"}}],\
"rules":[{"rule":"inequality","low":"opened_at","high":"closed_at"}],\
"expectations":[{"check":"row_count","equals":300},\
{"check":"share","field":"priority","value":"urgent","equals":0.2,"because":"20 %% urgent"}]}"""


@cache
def guide() -> str:
    """About 1,500 tokens, the same for every request, so that the service may cache them."""
    return GUIDE % {
        "types": ", ".join(get_args(FieldType)),
        "constraints": ", ".join(_keys(Constraints)),
        "generators": _listed(Generator, "kind"),
        "rules": _listed(Rule, "rule"),
        "checks": _listed(Expectation, "check"),
        "person": ", ".join(get_args(PersonPart)),
        "foreign_key": ", ".join(_keys(ForeignKey)),
    }


def _listed(union: Any, tag: str) -> str:
    members = get_args(get_args(union)[0])
    return "\n".join(_line(member, tag) for member in members)


def _line(member: type[BaseModel], tag: str) -> str:
    name = member.model_fields[tag].default
    keys = [
        key if member.model_fields[key].default is PydanticUndefined else f"{key}?"
        for key in member.model_fields
        if key not in (tag, "table", "because")
    ]
    says = (member.__doc__ or "").strip().partition("\n\n")[0]
    return f"- {name}({', '.join(keys)})" + (f": {' '.join(says.split())}" if says else "")


def _keys(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())
