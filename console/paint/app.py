"""The app's side of painting."""

from typing import TYPE_CHECKING

from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.screen import Screen

from console.paint.driver import PaintDriver

if TYPE_CHECKING:
    from rich.console import RenderableType


class PaintingApp(App[None]):
    """Hands what Textual composed to a driver that knows what the terminal shows; any other driver is served as ever."""

    def _display(self, screen: "Screen[object]", renderable: "RenderableType | None") -> None:
        driver = self._driver
        if not isinstance(driver, PaintDriver) or not isinstance(renderable, LayoutUpdate | ChopsUpdate):
            super()._display(screen, renderable)
            return
        try:
            if self._running and not self._closed and not self._batch_count:
                driver.paint(renderable, self.size, self.screen.outer_size.clamp_offset(self.cursor_position))
        except Exception as error:
            self._handle_exception(error)
        finally:
            self.post_display_hook()

    async def on_event(self, event: events.Event) -> None:
        """A terminal that changed its size may have moved or lost what it showed, even if it has its old size again."""
        if isinstance(event, events.Resize) and isinstance(self._driver, PaintDriver):
            self._driver.front.forget()
        await super().on_event(event)

    def repaint(self) -> None:
        """Send the whole screen, whatever the terminal shows."""
        if isinstance(self._driver, PaintDriver):
            self._driver.repaint()
        else:
            self.refresh(layout=True)
