"""A schema of ours becomes somebody's schema, as text."""

from __future__ import annotations

from typing import Literal

from ..core.models import DataSchema
from .ddl_out import export_ddl
from .frictionless_out import export_frictionless
from .json_schema_out import export_json_schema
from .notes import Exported

Target = Literal["json-schema", "frictionless", "ddl"]
TARGETS: tuple[Target, ...] = ("json-schema", "frictionless", "ddl")


def export_schema(schema: DataSchema, target: Target, *, dialect: str = "sqlite") -> Exported:
    """`dialect` is for DDL: sqlite or postgres.

    Raises:
        InvalidArgument: there is no such dialect.
    """
    if target == "ddl":
        return export_ddl(schema, dialect)
    if target == "frictionless":
        return export_frictionless(schema)
    return export_json_schema(schema)
