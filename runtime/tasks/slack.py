"""A message to Slack by an incoming webhook. The webhook's address is the credential: it appears in no log and no error."""

import json
import re
from datetime import timedelta
from typing import Any

import msgspec

from runtime.errors import TaskFailed
from runtime.expressions.text import text
from runtime.tasks.base import Result, Task
from runtime.tasks.context import TaskContext
from runtime.tasks.http_exchange import IDLE_TIMEOUT, Options, excerpt, exchange, timeouts

NAME = "the Slack webhook"
SUCCESSES = range(200, 300)

#: Markdown as people write it, and what Slack's own dialect calls it.
_DIALECT = (
    (re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE), r"*\1*"),
    (re.compile(r"\*\*(.+?)\*\*"), r"*\1*"),
    (re.compile(r"~~(.+?)~~"), r"~\1~"),
    (re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)"), r"<\2|\1>"),
    (re.compile(r"^(\s*)[*-]\s+", re.MULTILINE), r"\1• "),
)


class SlackOptions(Options, frozen=True, kw_only=True):
    """How the message is sent."""

    connect_timeout: timedelta | None = None
    """For the connection to stand; 30 seconds where nothing is said."""
    read_timeout: timedelta = timedelta(seconds=10)
    """For Slack's answer."""
    read_idle_timeout: timedelta = IDLE_TIMEOUT
    """No effect beside `readTimeout`."""
    connection_pool_idle_timeout: timedelta | None = None
    """No effect."""
    max_content_length: int | None = None
    """No effect."""
    default_charset: str = "UTF-8"
    """Of Slack's answer, where it does not say."""
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    """Further headers."""


class SlackIncomingWebhook(Task, frozen=True, kw_only=True):
    """Post a message to a Slack channel by an incoming webhook.

    - id: alert
      type: slack
      url: "{{ secret('SLACK_WEBHOOK') }}"
      messageText: "dbt failed in {{ flow.namespace }}: {{ execution.id }}"
    """

    url: str
    """The webhook's address, as Slack gives it. It is a credential: take it from a secret."""
    payload: Any = None
    """The message as Slack's JSON; wins over `messageText`."""
    message_text: str | None = None
    """A text, in Markdown; or the message as Slack's JSON."""
    options: SlackOptions = SlackOptions()
    """Timeouts and headers."""

    async def run(self, context: TaskContext) -> Result:
        import aiohttp

        context.secrets(self.url)
        message = self._message()
        timeout = timeouts(self.options.connect_timeout, self.options.read_timeout)
        async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as session:
            response = await exchange(
                session, "POST", self.url, name=NAME, json=message, headers=self.options.headers
            )
        if response.code not in SUCCESSES:
            raise TaskFailed(
                f"Slack refused the message: {response.code} {excerpt(response.body)}".rstrip(),
                hint=_REMEDIES.get(response.body.strip(), ""),
            )
        context.log.info("Slack took the message")
        return Result()

    def _message(self) -> Any:
        if self.payload is not None:
            return _parsed(self.payload)
        if self.message_text is None:
            raise TaskFailed("neither payload nor messageText is given", hint="Write messageText: ...")
        return _loaded(self.message_text) or {"text": mrkdwn(self.message_text)}


_REMEDIES = {
    "invalid_token": "The webhook's address is wrong or was revoked: make a new one in Slack and store it again.",
    "no_service": "The webhook was removed or disabled: make a new one in Slack and store its address again.",
    "no_team": "The webhook's address is wrong: copy it from Slack again.",
    "channel_not_found": "The channel was deleted: make a webhook for another one.",
    "channel_is_archived": "The channel is archived: make a webhook for another one.",
    "invalid_payload": "Slack's Block Kit Builder shows what is wrong with the payload.",
    "no_text": "The payload needs a `text` or `blocks`.",
}


def _parsed(payload: Any) -> Any:
    """Line breaks inside a JSON text are let through: a rendered message often has them."""
    if not isinstance(payload, str):
        return payload
    try:
        return json.loads(payload, strict=False)
    except json.JSONDecodeError as error:
        raise TaskFailed(
            f"the payload is no JSON: {error.msg} at line {error.lineno}, column {error.colno}",
            hint="Write texts that may hold quotes as {{ value | toJson }}, or use messageText.",
        ) from None


def _loaded(message: str) -> dict[str, Any] | None:
    try:
        loaded = json.loads(message, strict=False)
    except json.JSONDecodeError:
        return None
    return loaded if isinstance(loaded, dict) else None


def mrkdwn(markdown: str) -> str:
    """Markdown in Slack's dialect: bold, struck, links, headings and bullets."""
    for pattern, replacement in _DIALECT:
        markdown = pattern.sub(replacement, markdown)
    return text(markdown).strip()
