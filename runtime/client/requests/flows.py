"""Flows: what there is to run."""

from runtime.client.requests.base import Request


class ListFlows(Request, frozen=True, kw_only=True, tag="list_flows"):
    """Many of FlowView, by namespace and id."""

    namespace: str = ""
    """This one and those below it."""


class GetFlow(Request, frozen=True, kw_only=True, tag="get_flow"):
    """FlowDetail."""

    namespace: str
    id: str
    revision: int | None = None
    """None is the latest."""


class ListRevisions(Request, frozen=True, kw_only=True, tag="list_revisions"):
    """Many of Revision, newest first."""

    namespace: str
    id: str


class ValidateSource(Request, frozen=True, kw_only=True, tag="validate_source"):
    """Validation of a flow's text, without saving it."""

    source: str


class SaveSource(Request, frozen=True, kw_only=True, tag="save_source"):
    """Write a flow's text to its file in the flows directory: Validation. With errors nothing is written."""

    source: str
    file: str | None = None
    """Relative to the flows directory; None is the file that the flow has, else NAMESPACE.ID.yaml."""


class DeleteFlow(Request, frozen=True, kw_only=True, tag="delete_flow"):
    """Remove a flow's file from the flows directory; its executions stay: Done."""

    namespace: str
    id: str


class GetSchema(Request, frozen=True, kw_only=True, tag="get_schema"):
    """The language's JSON Schema, as the message of Done."""


class Explain(Request, frozen=True, kw_only=True, tag="explain"):
    """What a type, a key, a filter or a function is, in Markdown, as the message of Done; without a name what types there are."""

    name: str = ""
