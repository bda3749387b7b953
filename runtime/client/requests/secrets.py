"""Secrets: their values travel in only."""

from runtime.client.requests.base import Request


class SetSecret(Request, frozen=True, kw_only=True, tag="set_secret"):
    """Done. The value travels over the socket only, and is never shown again."""

    namespace: str
    name: str
    value: str

    def __repr__(self) -> str:
        return f"SetSecret(namespace={self.namespace!r}, name={self.name!r}, value='******')"


class ListSecrets(Request, frozen=True, kw_only=True, tag="list_secrets"):
    """Many of SecretName."""

    namespace: str = ""


class DeleteSecret(Request, frozen=True, kw_only=True, tag="delete_secret"):
    """Done."""

    namespace: str
    name: str


class ScanSecrets(Request, frozen=True, kw_only=True, tag="scan_secrets"):
    """Look for the values of all stored secrets in everything that is kept: Many of Check, one a file that has one."""
