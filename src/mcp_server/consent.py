"""What a person is asked, and what follows from the reply."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..core.errors import Declined
from ..utils.text import clean
from .caller import Question

if TYPE_CHECKING:
    from .caller import Caller, Reply

MOST_QUESTIONS = 5
AGREE = "agree"

# ── a schema's open questions ─────────────────────────────────────────────────────────────────

Answers = tuple[tuple[str, str], ...]
"""(question, answer) pairs."""


def open_questions(questions: Sequence[str]) -> Question:
    """A line of text for each of the first five; none has to be filled in."""
    return Question(
        "Before the schema is used, a few things are open. What is left empty stays as assumed.",
        {
            f"answer_{place}": {"type": "string", "title": clean(question, 200)}
            for place, question in enumerate(questions[:MOST_QUESTIONS], 1)
        },
    )


def answers(questions: Sequence[str], reply: Reply) -> Answers:
    """What was filled in, if the person sent the form."""
    if not reply.accepted:
        return ()
    said = (
        (question, clean(str(reply.content.get(f"answer_{place}") or ""), 500))
        for place, question in enumerate(questions[:MOST_QUESTIONS], 1)
    )
    return tuple((question, answer) for question, answer in said if answer)


def as_request(given: Answers) -> str:
    """The answers as a request to refine the schema: for our own reader's questions in its own
    words, else the question with its answer, which a model understands."""
    return "\n".join(_in_words(question, answer) for question, answer in given)


_IN_WORDS: tuple[tuple[re.Pattern[str], Callable[[str, str], str]], ...] = (
    (re.compile(r"How many rows\?"), lambda _, answer: f"{answer.removesuffix(' rows')} rows"),
    (
        re.compile(r"Which values may '(.+)' have\?"),
        lambda name, answer: f"{name} ({answer})",
    ),
    (re.compile(r"Which fields should a row have\?"), lambda _, answer: f"add {answer}"),
)


def _in_words(question: str, answer: str) -> str:
    for pattern, words in _IN_WORDS:
        if match := pattern.fullmatch(question):
            return words(match[1] if match.groups() else "", answer)
    return f"{question} {answer}"


# ── yes or no ─────────────────────────────────────────────────────────────────────────────────


async def to_spend(caller: Caller, name: str, cost_usd: float | None, *, carried: str = "") -> bool:
    """Whether the person wants the job run at this price (None: nobody knows it).

    Raises: InputNeeded.
    """
    cost = f"about ${cost_usd:,.2f}" if cost_usd is not None else "nobody knows how much"
    question = _yes_or_no(
        f"“{clean(name, 100)}” may cost {cost} for the language model. Start it?", "Yes, spend it"
    )
    return _agreed(await caller.ask(question, carried=carried))


async def to_replace(caller: Caller, taken: str) -> None:
    """Raises: InputNeeded; Declined: the person does not want it, or nobody answered."""
    question = _yes_or_no(f"{taken[:1].upper()}{taken[1:]}. Replace it?", "Yes, replace it")
    if not _agreed(await caller.ask(question)):
        raise Declined(
            f"{taken}, and the user did not agree to replace it: nothing was changed",
            hint="choose another file_name",
        )


def _yes_or_no(message: str, yes: str) -> Question:
    return Question(message, {AGREE: {"type": "boolean", "title": yes, "default": False}}, (AGREE,))


def _agreed(reply: Reply) -> bool:
    return reply.accepted and reply.content.get(AGREE) is True
