"""The verbs of `sfbench weights`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sfbench.cli.app import app
from sfbench.cli.options import Json, Quiet, shown
from sfbench.errors import SfbenchError

if TYPE_CHECKING:
    from sfbench.weights.holding import Holding

weights_app = typer.Typer(
    no_args_is_help=True, help="List, fetch, verify and convert networks' weights."
)
app.add_typer(weights_app, name="weights")

WeightsDir = Annotated[Path | None, typer.Option("--dir", help="Folder of weights.")]
WeightsNames = Annotated[
    list[str] | None,
    typer.Argument(help="Names of weights, protocols or models; all if none is given."),
]


@weights_app.command("list")
def weights_list(folder: WeightsDir = None, as_json: Json = False, quiet: Quiet = False) -> None:
    """List declared weights: size, licence, who needs them, whether they are here."""
    from sfbench.weights.holding import list_weights

    _answer_weights(list_weights(folder), as_json, quiet)


@weights_app.command("fetch")
def weights_fetch(
    names: WeightsNames = None,
    folder: WeightsDir = None,
    offline: Annotated[bool, typer.Option("--offline", help="Never touch the network.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fetch weights that are not here yet, and check them."""
    from sfbench.weights.fetch import fetch_weights, is_offline
    from sfbench.weights.holding import foreseen

    todo = foreseen(names or (), folder)
    if todo and not (quiet or offline or is_offline()):
        typer.echo(todo, err=True)
    holdings = fetch_weights(names or (), folder, offline=offline, watch=shown(quiet))
    _answer_weights(holdings, as_json, quiet)


@weights_app.command("verify")
def weights_verify(
    names: WeightsNames = None,
    folder: WeightsDir = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Hash weights that are here and say whether they are the declared ones."""
    from sfbench.weights.holding import verify_weights

    holdings = verify_weights(names or (), folder)
    _answer_weights(holdings, as_json, quiet)
    bad = [holding.name for holding in holdings if not holding.usable]
    if bad:
        raise SfbenchError(f"not usable: {', '.join(bad)}; type: sfbench weights fetch {bad[0]}")


@weights_app.command("convert")
def weights_convert(
    names: WeightsNames = None,
    folder: WeightsDir = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Convert pickled weights that are here to safetensors.

    The tensors alone are kept, not what a training left beside them. Networks are filled from the
    converted file from then on.
    """
    from sfbench.show import answer
    from sfbench.weights.convert import convert_weights

    made = convert_weights(names or (), folder, watch=shown(quiet))
    text = "\n".join(map(str, made)) or "no pickled weights are here"
    answer(text, made, as_json=as_json, quiet=quiet)


def _answer_weights(holdings: "list[Holding]", as_json: bool, quiet: bool) -> None:
    from sfbench.show import answer
    from sfbench.weights.holding import holdings_text

    answer(holdings_text(holdings), holdings, as_json=as_json, quiet=quiet)
