"""``dvara-examples completion``."""

import click

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_DVARA_EXAMPLES_COMPLETE"
"""The variable by which Click is asked to complete; it follows from the program's name."""

_INSTALL = {
    "bash": "dvara-examples completion bash >>~/.bashrc",
    "zsh": "dvara-examples completion zsh >>~/.zshrc   # below the line with compinit",
    "fish": "dvara-examples completion fish >~/.config/fish/completions/dvara-examples.fish",
}


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print the completion script for a shell: commands, options, ids, tags and stored runs.

    \b
    dvara-examples completion bash >>~/.bashrc
    dvara-examples completion zsh >>~/.zshrc
    dvara-examples completion fish >~/.config/fish/completions/dvara-examples.fish
    """
    from click.shell_completion import get_completion_class

    from dvara_examples.cli import cli

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(cli, {}, "dvara-examples", VARIABLE).source().strip())
    click.echo(f"# To install it: {_INSTALL[shell]}")
