"""The command line: `rowmill`, or `python -m src.cli` in a checkout."""


def main() -> None:
    """Run the command that the process was given and leave with its exit code."""
    from .program import program

    program.main()
