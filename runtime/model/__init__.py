"""Frozen types only: what a flow, an execution, an event and a view are. No behaviour that needs the world."""
