"""Columns that are declared, in a table of text or as in SQL, in the words of a list."""

from __future__ import annotations

import re

_ROW = re.compile(r"^[ \t]*\|(?P<cells>[^\n]*)\|[ \t]*$")
_RULE = re.compile(r"[-: ]+")
_HEADED = frozenset({"column", "field", "name", "attribute", "variable", "spalte", "feld",
                     "colonne", "champ",
                     "campo", "columna", "column name", "field name"})  # fmt: skip
_TYPES = {
    "integer": "int|integer|bigint|smallint|tinyint|int4|int8|int32|int64",
    "string": "varchar|nvarchar|varchar2|char|nchar|string|str|text",
    "number": "decimal|numeric|float|double precision|double|real|number",
    "boolean": "bool|boolean|bit",
    "datetime": "datetime|timestamptz|timestamp",
    "date": "date",
    "uuid": "uuid|guid",
    "serial": "serial|bigserial",
    "enum": "enum",
}
_KIND = {word: kind for kind, words in _TYPES.items() for word in words.split("|")}
_WORDS = "|".join(sorted(_KIND, key=len, reverse=True))
_COLUMN = re.compile(
    rf"[`\"\[]?(?P<name>[^\W\d]\w{{0,60}})[`\"\]]?(?P<colon>:)? (?P<type>{_WORDS})"
    r"(?: ?\((?P<size>[^()]{1,300})\))?(?P<rest>(?:,? .*)?)",
    re.IGNORECASE,
)
_ALSO_WORDS = frozenset({"date", "text", "number", "double", "real", "bit", "string", "char"})
"""Types that are also ends of names: "order date", "full text"."""
_CONSTRAINT = re.compile(
    r",? (?:primary key|not null|null|unique|references|default|auto_?increment|check)\b",
    re.IGNORECASE,
)
_DEFAULT = re.compile(r" default (?:'[^']*'|\S+)", re.IGNORECASE)


def in_lines(text: str) -> str:
    """The rows of a table of columns as lines: "| grade | int | 1 to 8 |" → "grade (int, 1 to 8)".

    Tables whose first head names no columns are left as they are.
    """
    lines = text.split("\n")
    inside = False
    for place, line in enumerate(lines):
        match = _ROW.match(line) if len(line) < 2000 else None
        cells = [cell.strip() for cell in match["cells"].split("|")] if match else []
        if not cells:
            inside = False
        elif not inside and cells[0].casefold() in _HEADED:
            inside, lines[place] = True, ""
        elif inside:
            lines[place] = "" if all(map(_RULE.fullmatch, filter(None, cells))) else _line(cells)
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    told = ", ".join(re.sub(r" ?[()]", ", ", cell).strip(" ,") for cell in cells[1:] if cell)
    return f"{cells[0]} ({told})" if told else cells[0]


def declared(text: str) -> str:
    """ "email varchar(80) not null" → "email (string, max 80 characters) not null"."""
    match = _COLUMN.fullmatch(text)
    if not match or not _is_declared(match):
        return text
    kind = _KIND[match["type"].casefold()]
    rest = _DEFAULT.sub("", match["rest"]).removeprefix(",")
    rest = (
        re.sub(r" null\b(?! ?\()", " optional", rest)
        if " not null" not in rest.casefold()
        else rest
    )
    if kind == "enum":
        values = (match["size"] or "").replace("'", "")
        return f"{match['name']} ({values}){rest}" if values else text
    told = [{"serial": "integer, primary key"}.get(kind, kind), *_sized(kind, match["size"])]
    return f"{match['name']} ({', '.join(told)}){rest}"


def _is_declared(match: re.Match[str]) -> bool:
    word, size = match["type"].casefold(), match["size"]
    if size and word != "enum" and not re.fullmatch(r"[\d, ]+", size):
        return False
    is_key = re.match(r",? (?:unique|primary key)\b", match["rest"], re.IGNORECASE)
    if word == "number" and is_key and not size:  # "contract number unique" is a name
        return False
    told = size or _CONSTRAINT.match(match["rest"]) or "_" in match["name"]
    return bool(told) if word in _ALSO_WORDS else not match["colon"] or bool(size)


def _sized(kind: str, size: str | None) -> tuple[str, ...]:
    digits = re.findall(r"\d{1,9}", size or "")
    if kind == "string" and digits:
        return (f"max {digits[0]} characters",)
    return (f"{digits[1]} decimals",) if kind == "number" and len(digits) > 1 else ()
