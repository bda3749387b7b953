"""`python -m console.cli` is `flowdeck`."""

from console.cli import main

main()
