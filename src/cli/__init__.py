"""The command line: `rowmill`, or `python -m src.cli` in a checkout."""

from ..lean import be_lean


def main() -> None:
    """Run the command that the process was given and leave with its exit code."""
    be_lean()
    try:
        from .program import program

        program.main()
    except KeyboardInterrupt:  # while modules were being imported: nothing has begun
        raise SystemExit(130) from None
