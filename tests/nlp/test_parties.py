"""Who pays, receives and which programme it is, as the encoder points to words and the rules weigh it."""

from __future__ import annotations

import re

import numpy as np
import pytest

from nlp.commitments.learned.encoder import Judgement
from nlp.commitments.learned.pointers import POINTERS, Pointers
from nlp.commitments.parties import GAIN, MIDDLE, Parties

TITLE = "Nusavolt bangun pabrik baterai"
TEXT = "Proyek itu didanai Arunika Batu Capital sebesar Rp 5 triliun untuk warga desa."


def judgement(pointer: str, words: dict[str, float], title: str = TITLE, text: str = TEXT) -> Judgement:
    """One that points to these words with these probabilities, a piece a word."""
    places = [[match.span() for match in re.finditer(r"\w+", body)] for body in (title, text)]
    written = [(0, 0), *places[0], (0, 0), *places[1], (0, 0)]
    likely = np.zeros((len(written), len(POINTERS)), np.float32)
    body = len(places[0]) + 2
    for piece, (start, end) in enumerate(written):
        likely[piece, POINTERS.index(pointer)] = words.get((title if piece < body else text)[start:end], 0.0)
    return Judgement({}, {}, {}, Pointers(tuple(written), body, likely))


def test_words_in_a_row_that_are_pointed_to_are_one_name() -> None:
    parties = Parties(TITLE, TEXT, [judgement("payer", {"Arunika": 0.9, "Batu": 0.7, "Capital": 0.8})])
    [run] = parties.names("payer")
    assert parties.written(run) == "Arunika Batu Capital"
    assert run.likely == pytest.approx(0.8)


def test_the_title_and_the_text_are_never_one_name() -> None:
    parties = Parties(TITLE, TEXT, [judgement("payer", {"baterai": 0.9, "Proyek": 0.9})])
    assert [(run.field, parties.written(run)) for run in parties.names("payer")] == [("title", "baterai"), ("text", "Proyek")]


def test_a_piece_of_a_word_points_to_the_whole_word() -> None:
    said = judgement("payer", {"Nusavolt": 0.9})
    assert said.pointers is not None
    cut = Pointers(tuple((a, min(b, a + 4)) for a, b in said.pointers.written), said.pointers.body, said.pointers.likely)
    parties = Parties(TITLE, TEXT, [Judgement({}, {}, {}, cut)])
    assert [parties.written(run) for run in parties.names("payer")] == ["Nusavolt"]


def test_what_is_said_for_one_slot_says_nothing_for_another() -> None:
    parties = Parties(TITLE, TEXT, [judgement("receiver", {"warga": 0.9, "desa": 0.9})])
    assert parties.names("payer") == []
    assert [parties.written(run) for run in parties.names("receiver")] == ["warga desa"]


def test_a_likely_name_gains_and_one_passed_over_loses() -> None:
    parties = Parties(TITLE, TEXT, [judgement("payer", {"Arunika": 1.0})])
    start = TEXT.index("Arunika")
    likely = parties.likely("payer", "text", [(start, start + len("Arunika"))])
    assert parties.gain(likely) == pytest.approx(GAIN * (1 - MIDDLE))
    assert parties.gain(parties.likely("payer", "text", [(0, 6)])) < 0


def test_of_several_amounts_the_loudest_counts() -> None:
    parties = Parties(TITLE, TEXT, [judgement("payer", {"Arunika": 0.2}), judgement("payer", {"Arunika": 0.8})])
    start = TEXT.index("Arunika")
    assert parties.likely("payer", "text", [(start, start + 7)]) == pytest.approx(0.8)


def test_where_the_encoder_was_not_asked_nothing_gains() -> None:
    parties = Parties(TITLE, TEXT)
    assert parties.likely("payer", "text", [(0, 6)]) is None
    assert parties.gain(None) == 0
    assert parties.names("payer") == []


def test_words_outside_the_window_are_neither_likely_nor_not() -> None:
    parties = Parties(TITLE, TEXT + " Tamat.", [judgement("payer", {})])
    assert parties.likely("payer", "text", [(len(TEXT) + 1, len(TEXT) + 6)]) is None
