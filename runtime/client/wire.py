"""How requests and views look on the wire: JSON, one object a request, one line a view of a stream; a failure has its own shape."""

import msgspec

from runtime.client.requests import AnyRequest, AnyStream
from runtime.errors import Failure, revive
from runtime.model.views import AnyView

ASK_PATH = "/v1/ask"
STREAM_PATH = "/v1/stream"
FAILURE_STATUS = 422
"""HTTP status of an answer that is a failure."""


class FailureView(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="view", tag="failure", omit_defaults=True
):
    """A Failure on its way."""

    code: str
    message: str
    hint: str = ""
    details: dict[str, object] = {}


_request: msgspec.json.Decoder[AnyRequest] = msgspec.json.Decoder(AnyRequest)
_stream: msgspec.json.Decoder[AnyStream] = msgspec.json.Decoder(AnyStream)
_view: msgspec.json.Decoder[AnyView | FailureView] = msgspec.json.Decoder(AnyView | FailureView)
_encoder = msgspec.json.Encoder()


def encode(value: AnyRequest | AnyStream | AnyView) -> bytes:
    return _encoder.encode(value)


def encode_failure(failure: Failure) -> bytes:
    view = FailureView(code=failure.code, message=failure.message, hint=failure.hint, details=failure.details)
    return _encoder.encode(view)


def decode_request(data: bytes) -> AnyRequest:
    """Raises msgspec.ValidationError or DecodeError."""
    return _request.decode(data)


def decode_stream(data: bytes) -> AnyStream:
    return _stream.decode(data)


def decode_view(data: bytes) -> AnyView:
    """The view, or raises the failure that came in its place."""
    view = _view.decode(data)
    if isinstance(view, FailureView):
        raise revive(view.code, view.message, hint=view.hint, details=view.details)
    return view
