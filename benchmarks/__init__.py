"""Numbers: each table has the floor or a stated peer in the same run. `make bench`, or `python -m benchmarks NAME...`."""
