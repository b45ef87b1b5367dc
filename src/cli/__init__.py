"""The command line: `rowmill`, or `python -m src.cli` in a checkout."""

from ..lean import leave_out_pandas


def main() -> None:
    """Run the command that the process was given and leave with its exit code."""
    leave_out_pandas()
    try:
        from .program import program

        program.main()
    except KeyboardInterrupt:  # while modules were being imported: nothing has begun
        raise SystemExit(130) from None
