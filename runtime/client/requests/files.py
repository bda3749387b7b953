"""Stored files, and the files of namespaces."""

from runtime.client.requests.base import Request

PART = 4 * 1024 * 1024
"""Bytes of a file that travel at once."""


class UploadFile(Request, frozen=True, kw_only=True, tag="upload_file"):
    """Send a file, in parts of at most `PART`, for an input of type FILE: StoredFile, whose address is the input's value."""

    name: str
    content: bytes
    uri: str = ""
    """Of the parts before; empty begins."""


class ListFiles(Request, frozen=True, kw_only=True, tag="list_files"):
    """What an execution has stored: Many of StoredFile."""

    execution_id: str


class ReadFile(Request, frozen=True, kw_only=True, tag="read_file"):
    """A part of a stored file: FilePart."""

    uri: str
    """kestra:///..., or nsfile://NAMESPACE/NAME."""
    offset: int = 0
    limit: int = PART


class ListNamespaceFiles(Request, frozen=True, kw_only=True, tag="list_namespace_files"):
    """Many of StoredFile: the files of a namespace."""

    namespace: str


class PutNamespaceFile(Request, frozen=True, kw_only=True, tag="put_namespace_file"):
    """Make an upload a file of a namespace: StoredFile."""

    namespace: str
    name: str
    uri: str
    """What `UploadFile` gave."""


class DeleteNamespaceFile(Request, frozen=True, kw_only=True, tag="delete_namespace_file"):
    """Done."""

    namespace: str
    name: str
