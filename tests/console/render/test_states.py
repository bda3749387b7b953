import pytest
from rich.cells import cell_len
from rich.style import Style

from console.render.states import LOOKS, RICH_STYLES, look
from console.theme import palette
from runtime.model.states import State


@pytest.mark.parametrize("state", list(State))
def test_every_state_of_the_runtime_has_a_look(state: State) -> None:
    assert look(state.value).word == state.value.lower()


@pytest.mark.parametrize("state", LOOKS)
def test_a_glyph_takes_one_cell_and_its_twin_is_ascii(state: str) -> None:
    seen = look(state)
    assert cell_len(seen.glyph) == 1
    assert seen.ascii.isascii()
    assert len(seen.ascii) == 1


@pytest.mark.parametrize("state", LOOKS)
def test_every_look_is_in_the_palette_and_in_richs_words(state: str) -> None:
    assert look(state).style in palette("dark")
    assert Style.parse(RICH_STYLES[state])


def test_states_that_differ_in_what_to_do_differ_in_glyph_too() -> None:
    words = ("created", "queued", "running", "paused", "success", "warning", "failed", "skipped", "killed")
    by_word = {seen.word: seen for seen in LOOKS.values()}
    assert len({by_word[word].glyph for word in words}) == len(words)
    assert len({by_word[word].ascii for word in words}) == len(words)


def test_an_unknown_state_is_shown_by_its_own_word() -> None:
    assert look("ODD") == look("odd")
    assert look("ODD").word == "odd"
