"""Reading a request for one table without a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ..core.models import OutputFormat, Reading
from . import heading, locales, subjects
from .agreeing import agree
from .expecting import expectations
from .gathering import Phrase, gather, unelided
from .heading import Head
from .modifiers import Context
from .naming import Setting, field_name, template_for
from .phrases import read_phrase
from .said import Said
from .shaping import Shaped, shape
from .text import LONGEST_CLAUSE, Clause, clauses, clean

MOST_FIELDS = 200
MOST_LEFT = 40
"""Pieces of the request quoted back; the rest is counted."""
ENGINE = "local"
