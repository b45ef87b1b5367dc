"""The table of transitions."""

from itertools import product

import pytest

from src.core.errors import IllegalTransition
from src.core.models import JobState
from src.core.states import ACTIVE, ASKED_FOR, FINAL, TRANSITIONS, Event, after, allowed, diagram

EVERY_PAIR = list(product(JobState, Event))


@pytest.mark.parametrize(("state", "event"), EVERY_PAIR)
def test_a_move_is_made_exactly_when_the_table_has_it(state, event):
    if (state, event) in TRANSITIONS:
        assert after(state, event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(IllegalTransition):
            after(state, event)


def test_only_completed_and_cancelled_are_final():
    assert {JobState.COMPLETED, JobState.CANCELLED} == FINAL


def test_every_state_can_be_reached_from_the_first_one():
    reached, edge = {JobState.PENDING}, {JobState.PENDING}
    while edge:
        edge = {to for (state, _), to in TRANSITIONS.items() if state in edge} - reached
        reached |= edge
    assert reached == set(JobState)


def test_every_state_that_is_not_final_can_be_cancelled():
    assert all((state, Event.CANCEL) in TRANSITIONS for state in JobState if state not in FINAL)


def test_a_refused_move_says_what_is_allowed_instead():
    with pytest.raises(IllegalTransition) as caught:
        after(JobState.PAUSED, Event.START)
    assert str(caught.value) == (
        "[illegal_transition] cannot start a job that is PAUSED (allowed now: resume, cancel)"
    )


def test_of_a_job_that_is_over_nothing_may_be_asked():
    assert allowed(JobState.CANCELLED) == ()
    with pytest.raises(IllegalTransition, match="the job is over"):
        after(JobState.CANCELLED, Event.RESUME)


def test_what_a_person_may_ask_is_listed_in_a_fixed_order():
    for state in JobState:
        moves = allowed(state)
        assert list(moves) == [event for event in ASKED_FOR if event in moves]


def test_in_an_active_state_a_job_can_be_paused_and_resumed():
    for state in ACTIVE:
        assert {"pause", "resume", "cancel"} <= set(allowed(state))


def test_the_diagram_has_one_arrow_a_transition():
    arrows = [line for line in diagram().splitlines() if ": " in line]
    assert len(arrows) == len(TRANSITIONS)
