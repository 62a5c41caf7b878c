"""Tells the user where a page is served."""

from rich.console import Console


def print_address(url: str, promise: str = "") -> None:
    """Print the address of a page, and what it promises about the pictures."""
    console = Console()
    console.print(f"Open [bold]{url}[/] in a browser; Ctrl-C ends.", soft_wrap=True)
    if promise:
        console.print(promise, style="dim")
