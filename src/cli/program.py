"""The root command, and how every command ends."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from .. import __version__
from .doctor import doctor
from .failures import answered
from .generate import generate
from .install import install
from .jobs import jobs
from .merge import merge
from .report import report
from .schema import schema
from .serve import serve
from .trace import trace

EPILOG = """\b
Exit codes:
  0    done
  1    a check is broken, or the job did not end well
  2    wrong usage, or a request that is refused
  3    the disk or storage
  4    the model service
  5    another process was quicker, or holds the job
  130  interrupted; what was made is kept
"""


class Program(click.Group):
    """A group whose errors are one line on stderr and whose exit codes mean something."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: ARG002 - click's signature
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> NoReturn:
        arguments = list(sys.argv[1:] if args is None else args)
        run = super().main

        def command() -> Any:
            return run(
                arguments,
                prog_name=prog_name or "rowmill",
                complete_var=complete_var,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **extra,
            )

        sys.exit(answered(command, as_json="--json" in arguments))


@click.group(
    cls=Program,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="rowmill", message="%(prog)s %(version)s")
def program() -> None:
    """One sentence in, a checked dataset out.

    \b
    In 30 seconds, with nothing set up:
      rowmill generate "500 customers with name, email, age between 18 and 80, \\
        country (US, UK, DE), signup date in 2024" -o customers.parquet

    It shows the schema it understood, makes the rows, writes the file and checks that the file is
    what you asked for. Set GEMINI_API_KEY to let a language model read requests and write texts;
    without it everything runs on this machine.

    \b
    Larger work, in steps:
      rowmill schema extract "REQUEST" > shop.json     look at it, change it
      rowmill jobs create --schema shop.json --rows 1000000
      rowmill jobs start JOB                           runs in the background
      rowmill jobs show JOB
      rowmill merge JOB -o shop.parquet
      rowmill report JOB -o shop.html                  promises and columns, to look at
      rowmill trace JOB --row 17                       how each of its cells came to be

    For Claude and other MCP clients: rowmill install claude-desktop. Something odd? rowmill doctor.
    """


for command in (generate, jobs, schema, merge, report, trace, serve, install, doctor):
    program.add_command(command)
