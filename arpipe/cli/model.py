"""`arpipe model …`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from arpipe.inference.providers import ProviderName

Method = Literal["auto", "grad-cam", "occlusion", "rise"]
Decoder = Literal["ssd", "yolo", "yolo-transposed", "yolox", "end-to-end", "detr"]

Name = Annotated[str, typer.Argument(metavar="NAME", help="A network's name, or its file.")]
ModelOption = Annotated[
    str, typer.Option("--model", "-m", metavar="NAME", help="A network's name, or its file.")
]
Provider = Annotated[
    str, typer.Option("--provider", metavar="NAME", help="Execution provider: auto, cpu, cuda, openvino …")
]

app = typer.Typer(help="Add, inspect and run your own networks.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """List the available networks."""
    from arpipe.apps.model.collection import list_models

    list_models()


@app.command()
def add(
    file: Annotated[
        Path, typer.Argument(help="An .onnx or .tflite file, or a .task bundle with one network.")
    ],
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the network; by default that of the file.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option("--labels", metavar="TXT", help="Names of the classes, one per line.")
    ] = None,
    input_: Annotated[
        str,
        typer.Option(
            "--input", metavar="TEXT", help="Input format, such as 'rgb 224x224 -1..1'; guessed by default."
        ),
    ] = "",
    decoder: Annotated[
        Decoder | None,
        typer.Option("--decoder", help="How a detector's outputs are read; guessed by default."),
    ] = None,
    provider: Provider = "auto",
    replace: Annotated[bool, typer.Option("--replace", help="Replace a network of the same name.")] = False,
) -> None:
    """Add a network, with a card that describes its inputs and outputs."""
    from arpipe.apps.model.collection import add

    add(file, name, labels, input_, decoder, _provider(provider), replace)


@app.command()
def show(name: Name) -> None:
    """Show the card of a network."""
    from arpipe.apps.model.collection import show

    show(name)


@app.command()
def remove(name: Name) -> None:
    """Remove an added network."""
    from arpipe.apps.model.collection import remove

    remove(name)


@app.command()
def check(name: Name, provider: Provider = "auto") -> None:
    """Run a network once and say where its operators run; exit code 1 if anything is wrong."""
    from arpipe.apps.model.collection import check

    if not check(name, _provider(provider)):
        raise typer.Exit(1)


@app.command()
def summary(
    name: Name,
    times: Annotated[bool, typer.Option("--times/--no-times", help="Measure every layer.")] = True,
    provider: Provider = "auto",
) -> None:
    """List the layers of a network: shapes, parameters, multiply-adds and times."""
    from arpipe.apps.model.inside import summary

    summary(name, times, _provider(provider))


@app.command()
def cut(
    name: Name,
    at: Annotated[str, typer.Option("--at", metavar="LAYER", help="Last layer of the head.")],
    output: Annotated[
        tuple[Path, Path],
        typer.Option("--output", "-o", metavar="HEAD TAIL", help="ONNX files of the halves."),
    ],
) -> None:
    """Cut a network in two."""
    from arpipe.apps.model.inside import cut_model

    cut_model(name, at, *output)


@app.command()
def classify(
    pictures: Annotated[list[str], typer.Argument(metavar="PICTURE...", help="Photos, folders or patterns.")],
    model: ModelOption = "efficientnet-lite0",
    top: Annotated[int, typer.Option("--top", min=1, help="Classes to print.")] = 5,
    provider: Provider = "auto",
) -> None:
    """Print the most probable classes of pictures."""
    from arpipe.apps.model.answers import classify

    classify(pictures, model, top, _provider(provider))


@app.command()
def explain(
    picture: Annotated[Path, typer.Argument(help="A photo.")],
    model: ModelOption = "efficientnet-lite0",
    of: Annotated[
        str | None,
        typer.Option(
            "--class",
            metavar="CLASS",
            help="Name of a class, a word of it, or its index; the most probable by default.",
        ),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="PNG", help="Output file.")] = Path(
        "out/heat.png"
    ),
    method: Annotated[Method, typer.Option("--method", help="How the map is computed.")] = "auto",
    provider: Provider = "auto",
) -> None:
    """Draw a heat map of where a classifier looked in a photo."""
    from arpipe.apps.model.answers import explain

    explain(picture, model, of, output, method, _provider(provider))


@app.command()
def page(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="A network's name, or its file.")
    ] = "efficientnet-lite0",
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="N", help="Port; 0 picks a free one.")] = 8000,
    tls_cert: Annotated[Path | None, typer.Option("--tls-cert", metavar="PEM", help="Certificate.")] = None,
    tls_key: Annotated[
        Path | None, typer.Option("--tls-key", metavar="PEM", help="Private key of the certificate.")
    ] = None,
    runtime: Annotated[
        Path | None,
        typer.Option(
            "--runtime", metavar="TGZ", help="onnxruntime-web package to use instead of fetching it with npm."
        ),
    ] = None,
    provider: Provider = "auto",
) -> None:
    """Serve a page that classifies dropped pictures or the camera, on this machine or in the browser."""
    from arpipe.apps.model.page.run import run
    from arpipe.config import WebConfig
    from arpipe.io.validation import check

    given = {"host": host, "port": port, "tls_cert": tls_cert, "tls_key": tls_key}
    run(name, check(WebConfig, given, "arpipe model page"), _provider(provider), runtime)


def _provider(name: str) -> "ProviderName":
    """Check the name of a provider."""
    from arpipe.inference.providers import SessionConfig
    from arpipe.io.validation import check

    return check(SessionConfig, {"provider": name}, "--provider").provider
