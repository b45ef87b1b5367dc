"""The states of a job and the only moves between them."""

from __future__ import annotations

from enum import StrEnum

from .errors import IllegalTransition
from .models import JobState


class Event(StrEnum):
    """What can happen to a job. The first five are what a person asks for."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    RETRY = "retry"
    CANCEL = "cancel"
    ACCEPT = "accept"  # the schema compiled
    FINISH = "finish"  # every chunk is stored
    FAIL = "fail"


ASKED_FOR = (Event.START, Event.PAUSE, Event.RESUME, Event.RETRY, Event.CANCEL)

_S, _E = JobState, Event

# What is not in the table cannot happen. PAUSED --accept/finish--> exists for the work that was in
# flight when the pause came: its rows are kept, so the last of them may complete a paused job.
# GENERATING --resume--> GENERATING is a job whose owner died: the state stays, the lease is new.
TRANSITIONS: dict[tuple[JobState, Event], JobState] = {
    (_S.PENDING, _E.START): _S.SCHEMA_VALIDATION,
    (_S.PENDING, _E.CANCEL): _S.CANCELLED,
    (_S.SCHEMA_VALIDATION, _E.ACCEPT): _S.GENERATING,
    (_S.SCHEMA_VALIDATION, _E.FAIL): _S.FAILED,
    (_S.SCHEMA_VALIDATION, _E.PAUSE): _S.PAUSED,
    (_S.SCHEMA_VALIDATION, _E.RESUME): _S.SCHEMA_VALIDATION,
    (_S.SCHEMA_VALIDATION, _E.CANCEL): _S.CANCELLED,
    (_S.GENERATING, _E.FINISH): _S.COMPLETED,
    (_S.GENERATING, _E.FAIL): _S.FAILED,
    (_S.GENERATING, _E.PAUSE): _S.PAUSED,
    (_S.GENERATING, _E.RESUME): _S.GENERATING,
    (_S.GENERATING, _E.CANCEL): _S.CANCELLED,
    (_S.PAUSED, _E.RESUME): _S.SCHEMA_VALIDATION,
    (_S.PAUSED, _E.FINISH): _S.COMPLETED,
    (_S.PAUSED, _E.CANCEL): _S.CANCELLED,
    (_S.FAILED, _E.RETRY): _S.SCHEMA_VALIDATION,
    (_S.FAILED, _E.CANCEL): _S.CANCELLED,
}

FINAL = frozenset(s for s in JobState if not any(state is s for state, _ in TRANSITIONS))
ACTIVE = frozenset({_S.SCHEMA_VALIDATION, _S.GENERATING})
"""States in which somebody ought to be working; whether anyone is, the lease says."""


def after(state: JobState, event: Event) -> JobState:
    """The state that follows.

    Raises:
        IllegalTransition: the table has no such move; the hint lists the moves there are.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        moves = ", ".join(allowed(state))
        hint = f"allowed now: {moves}" if moves else "allowed now: nothing, the job is over"
        raise IllegalTransition(f"cannot {event} a job that is {state}", hint=hint) from None


def allowed(state: JobState) -> tuple[str, ...]:
    """What a person may ask of a job in this state, in the order of `ASKED_FOR`."""
    return tuple(str(event) for event in ASKED_FOR if (state, event) in TRANSITIONS)


def diagram() -> str:
    """The table as Mermaid text; ARCHITECTURE.md shows exactly this."""
    arrows = [f"    {state} --> {to}: {event}" for (state, event), to in TRANSITIONS.items()]
    ends = [f"    {state} --> [*]" for state in JobState if state in FINAL]
    return "\n".join(["stateDiagram-v2", "    [*] --> PENDING", *arrows, *ends])
