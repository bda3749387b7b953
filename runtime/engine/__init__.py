"""The pure core: what an event means for an execution, and what is to be done next. No clock, no I/O, no randomness.

    snapshot, commands = step(snapshot, event)

`snapshot.py` is the value that goes in and comes out, `draft.py` the place where one step works, `step.py` the table of
events, `scopes.py` how lists of tasks are gone through, `plans.py` what each flowable makes of its children,
`unfinished.py` what was asked for and not yet answered (after a crash).
"""
