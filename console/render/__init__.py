"""Pure renderers: values in, text with named looks out. Nothing here knows Textual, a clock or the runtime."""
