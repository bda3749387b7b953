"""The command line: `flowdeck COMMAND`. One noun a file; a command imports what it needs when it runs, so that `--help` is quick."""


def main() -> None:
    """The `flowdeck` command."""
    from console.cli.entry import run

    run()
