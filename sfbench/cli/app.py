"""The command line itself: what it is called, what it does with errors."""

import sys
from typing import Annotated, NoReturn

import typer

from sfbench import __version__
from sfbench.errors import SfbenchError

app = typer.Typer(
    name="sfbench",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line; what the user can mend is one message and exit code 1."""
    try:
        app()
    except SfbenchError as error:
        _end(str(error))
    except OSError as error:
        if error.filename is None:
            raise
        _end(f"{error.filename} cannot be used: {error.strerror}; name another place")
    except SystemExit as leaving:
        if leaving.code == 130:
            again = "--resume goes on" if "train" in sys.argv[1:2] else "the same command resumes"
            print(f"sfbench: interrupted; {again}", file=sys.stderr)
        raise


def _end(message: str) -> NoReturn:
    print(f"sfbench: {message}", file=sys.stderr)
    sys.exit(1)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """The open benchmark for continuous Foley: curate clips, run models, report."""
    if version:
        print(__version__)
        raise typer.Exit
