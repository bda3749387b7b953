"""One screen a file, its styles beside it: compose and route only."""
