"""The file format that a request asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..core.models import OutputFormat

_FORMAT = re.compile(
    r"(?:(?:\b(?:as|in|to|into|als|im)(?: an?| one| eine?)? |\b(?:file )?format[: ]+|\boutput[: ]+)"
    r"(?P<named>csv|json ?lines|jsonl|ndjson|json|parquet)(?:[- ](?:files?|formate?|datei))?"
    r"|(?P<alone>^|[,;.\n(] ?)(?P<word>csv|json ?lines|jsonl|ndjson|json|parquet)"
    r"(?:[- ](?:files?|format|output|please|pls|plz|bitte|datei))?(?= ?(?:$|[,;.\n)]| (?:plus"
    r"|and|und|&) )))"
    r"(?![\w-])",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"\b(csv|jsonl|json|parquet)(?=[- ](?:files?|table|dataset|of\b|with\b))", re.IGNORECASE
)
_FORMATS: dict[str, OutputFormat] = {
    "csv": "csv",
    "json": "json",
    "jsonl": "jsonl",
    "jsonlines": "jsonl",
    "ndjson": "jsonl",
    "parquet": "parquet",
}


_OTHER = re.compile(
    r"(?P<lead>^|[,;.\n(]|\b(?:(?:export(?:ed)?|output|written?|saved?)(?: it)? )?(?:as|in|to"
    r"|into|als"
    r"|im|format)(?: an?| one)?) ?(?P<word>excel|xlsx?|sqlite|sql(?: script| dump| inserts?)?|xml"
    r"|avro|orc|yaml|tsv|arrow|feather)(?:[- ](?:files?|format|output|please|pls|datei))?"
    r"(?= ?(?:$|[,;.\n)]| (?:plus|and|und|&) ))",
    re.IGNORECASE,
)
_ENDINGS = {"sqlite": ".sqlite", "sql": ".sql", "arrow": ".arrow", "feather": ".arrow"}
"""What no job is made in, and a file can be merged into."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The request `text` without its words about a file format; the format; a note, or words about
    a format that is not to be had."""

    text: str
    format: OutputFormat | None = None
    note: str = ""
    left: str = ""


def take_format(text: str) -> Wanted:
    """The file format asked for, and the rest of the request."""
    match = _FORMAT.search(text)
    if match:
        kept = match["alone"] or ""
        return Wanted(_without(text, match, kept), _format(match["named"] or match["word"]))
    if match := _OTHER.search(text):
        return _another(text, match)
    of_file = _FILE.search(text[:400])
    return Wanted(text, _format(of_file[1]) if of_file else None)


def _without(text: str, match: re.Match[str], kept: str) -> str:
    return re.sub(r" {2,}", " ", f"{text[: match.start()]}{kept} {text[match.end() :]}")


def _another(text: str, match: re.Match[str]) -> Wanted:
    lead = match["lead"]
    rest = _without(text, match, "" if lead[:1].isalpha() else lead)
    ending = _ENDINGS.get(match["word"].split()[0].casefold())
    if ending is None:
        return Wanted(rest, left=match.group().strip(" ,;.("))
    note = f"a file whose name ends in {ending} is written as {match['word']} (-o NAME{ending})"
    return Wanted(rest, note=note)


def _format(word: str) -> OutputFormat:
    return _FORMATS[word.casefold().replace(" ", "")]
