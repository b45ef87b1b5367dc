"""HTML in which text cannot become markup."""

from __future__ import annotations

from html import escape

VOID = frozenset({"meta", "wbr"})


class Html(str):
    """Markup. Any other text is escaped when it is put into an element."""

    __slots__ = ()


def element(name: str, /, *inside: str, **attributes: str | None) -> Html:
    """`class_` and `for_` lose their underscore, `_` becomes a hyphen; an attribute that is None
    is left out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    start = f"<{name}{written}>"
    return Html(start if name in VOID else f"{start}{joined(inside)}</{name}>")


def joined(parts: tuple[str, ...] | list[str]) -> Html:
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts))
