"""What every request is."""

import msgspec


class Request(msgspec.Struct, frozen=True, kw_only=True, tag_field="request", omit_defaults=True):
    """Something that a face asks."""
