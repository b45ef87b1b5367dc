"""The command line: `rowmill`, or `python -m src.cli` in a checkout."""

from ..lean import be_lean, leave


def main() -> None:
    """Run the command that the process was given and leave with its exit code."""
    be_lean()
    try:
        from .program import program

        program.main()
    except KeyboardInterrupt:  # while modules were being imported: nothing has begun
        leave(130)
    except SystemExit as exc:
        leave(exc.code if isinstance(exc.code, int) else 1)
