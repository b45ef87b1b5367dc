"""The power goes at any moment of a job: nothing that was answered is lost, and it goes on.

A killed process shows nothing of this: what it wrote stays in the system's memory. So a real run's
system calls are recorded and replayed into what a disk may legally hold.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from .power import State, moments, state, whole
from .proof import judge
from .recorded import CALLS, Answered, Recorder, Sync, Write
from .world import CHUNKS, World

EXPECTED = "ROWMILL_EXPECT_STRACE"
ROOT = Path(__file__).parents[2]
STRACE = ("strace", "-f", "-y", "-xx", "-s", "10000000", "-e", f"trace={CALLS}", "-o")
SHARDS = 2
SAMPLED = 400
"""States looked at of some thousands: a seeded sample."""


def can_trace() -> bool:
    strace = shutil.which("strace")
    if not strace:
        return False
    return subprocess.run([strace, "true"], capture_output=True, check=False).returncode == 0


needs_strace = pytest.mark.skipif(not can_trace(), reason="strace is missing or not allowed here")


def test_where_the_replay_is_expected_it_is_not_skipped() -> None:
    assert can_trace() or not os.environ.get(EXPECTED)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recorder:
    folder = tmp_path_factory.mktemp("recorded")
    home = folder / "home"
    home.mkdir()
    subprocess.run(
        [*STRACE, str(folder / "trace"), sys.executable, "-m", "tests.crash.child", str(home)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=120,
    )
    recorder = Recorder(home)
    recorder.read((folder / "trace").read_text("ascii"))
    return recorder


@needs_strace
def test_the_recording_holds_the_whole_job(recording: Recorder) -> None:
    """What the model disk holds at the end is what the real one holds."""
    last = whole(recording.operations, recording.folders)
    there = {
        path.relative_to(recording.root).as_posix(): path.read_bytes()
        for path in recording.root.rglob("*")
        if path.is_file()
    }
    assert {name: data for name, data in last.files if not name.endswith("/")} == there
    answers = [op.text for op in recording.operations if isinstance(op, Answered)]
    assert sum("stored" in answer for answer in answers) == CHUNKS
    assert any(isinstance(op, Sync) for op in recording.operations)
    assert any(isinstance(op, Write) for op in recording.operations)


async def recovered(found: State, world: World, expected: bytes) -> None:
    """Everything that was answered before is there, and the job comes to its dataset."""
    answers = [json.loads(text) for text in found.answered]
    versions = {answer["job"]: answer["version"] for answer in answers if "version" in answer}
    for answer in answers:
        if "stored" in answer:
            world.acknowledged.setdefault(answer["job"], set()).add(answer["stored"])
        world.provider.recorded.update(answer.get("recorded", ()))
        if "merged" in answer:
            assert world.files()[f"{answer['job']}.csv"] == expected
    async with world.process() as process:
        for job_id, version in versions.items():
            assert (await process.manager.get(job_id)).version >= version
    await judge(world, expected, lives=1)


@needs_strace
@pytest.mark.parametrize("shard", range(SHARDS))
async def test_after_the_power_went_at_any_moment_all_that_was_answered_is_there(
    shard: int, recording: Recorder, homes
) -> None:
    (expected,) = (recording.root / "output").glob("*.csv")
    every = list(moments(recording.operations))
    looked_at = Random(7).sample(every, min(SAMPLED, len(every)))
    for moment in looked_at[shard::SHARDS]:
        found, home = state(recording.operations, recording.folders, moment), homes()
        found.lay_out(home)
        try:
            await recovered(found, World(home), expected.read_bytes())
        except BaseException as exc:
            exc.add_note(found.how)
            raise
        shutil.rmtree(home)
