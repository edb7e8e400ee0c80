"""The encoder of amounts: which words it is given, what it answers, what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from nlp.analysis import Kind, MoneyRole, Status
from nlp.commitments.learned.encoder import FOLDER, AmountEncoder, Judgement, amount_encoder
from nlp.commitments.learned.windows import LONGEST, TITLE, windows
from nlp.commitments.parties import Parties
from nlp.embeddings.onnx import BUNDLED
from nlp.errors import ModelError
from nlp.money import find_money

TEXT = "Bank Rakyat Indonesia menyalurkan kredit Rp 5 triliun kepada pelaku UMKM. Harga beras Rp 14.000 per kg di pasar."
TOKENIZER = Tokenizer.from_buffer((BUNDLED / "tokenizer.json").read_bytes())


def read(title: str, text: str, asked: set[int]) -> dict[int, Judgement]:
    return amount_encoder().read(title, text, find_money(text), find_money(title), asked)


def places(text: str) -> list[tuple[int, int]]:
    return [(item.start, item.end) for item in find_money(text)]


def test_a_passage_is_read_once_for_all_its_amounts() -> None:
    [window] = windows(TOKENIZER, "Kredit UMKM", TEXT, places(TEXT))
    assert window.numbers == (0, 1)


def test_the_pieces_of_an_amount_are_marked_and_cover_it() -> None:
    [window] = windows(TOKENIZER, "Kredit UMKM", TEXT, places(TEXT))
    for (start, end), (first, last) in zip(places(TEXT), window.pieces, strict=True):
        assert set(window.types[first:last]) == {1}
        assert TEXT[start:end].split(maxsplit=1)[0] in TOKENIZER.decode(list(window.ids[first:last]))
    assert sum(window.types) == sum(last - first for first, last in window.pieces)


def test_amounts_far_apart_are_read_apart() -> None:
    text = "Dana Rp 5 miliar cair. " + "Cuaca cerah sepanjang hari di kota itu. " * 60 + "Harga gabah Rp 6.500 per kg."
    assert [window.numbers for window in windows(TOKENIZER, "", text, places(text))] == [(0,), (1,)]


def test_no_amount_no_window() -> None:
    assert windows(TOKENIZER, "Judul", "Tidak ada uang di sini.", []) == []


@given(st.text(max_size=300), st.text(max_size=60), st.data())
def test_any_text_and_places_give_windows_that_judge_every_amount_once(text: str, title: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, max(0, len(text) - 1)), max_size=8, unique=True)))
    given_places = [(start, min(start + 1, len(text))) for start in cuts if text]
    made = windows(TOKENIZER, title, text, given_places)
    assert sorted(number for window in made for number in window.numbers) == list(range(len(given_places)))
    for window in made:
        assert len(window.ids) == len(window.types) <= LONGEST + TITLE + 3 + len(text)
        assert all(0 <= first < last <= len(window.ids) for first, last in window.pieces)


def test_it_says_roles_kinds_and_stages_as_probabilities() -> None:
    said = read("", TEXT, {0, 1})
    assert set(said) == {0, 1}
    assert set(said[0].role) == set(MoneyRole)
    assert set(said[0].kind) == set(Kind)
    assert set(said[0].stage) == set(Status)
    assert sum(said[1].role.values()) == pytest.approx(1, abs=1e-3)


def test_a_price_is_told_from_an_undertaking() -> None:
    said = read("", TEXT, {0, 1})
    assert said[1].role[MoneyRole.PRICE] > 0.5
    assert said[0].role[MoneyRole.PRICE] < said[0].role[MoneyRole.COMMITMENT]


def test_it_points_to_who_pays_and_who_receives() -> None:
    said = read("", TEXT, {0})[0].pointers
    assert said is not None
    parties = Parties("", TEXT, [read("", TEXT, {0})[0]])
    assert [parties.written(run) for run in parties.names("payer")] == ["Bank Rakyat Indonesia"]
    assert [parties.written(run) for run in parties.names("receiver")] == ["pelaku UMKM"]


def test_it_points_to_nobody_where_nothing_is_undertaken() -> None:
    assert read("", TEXT, {1})[1].pointers is None


def test_passages_that_nobody_asked_about_are_not_read() -> None:
    text = "Dana Rp 5 miliar cair. " + "Cuaca cerah sepanjang hari di kota itu. " * 60 + "Harga gabah Rp 6.500 per kg."
    assert set(read("", text, {1})) == {1}
    assert read("", text, set()) == {}


def test_an_answer_depends_on_no_neighbour() -> None:
    long = TEXT + " " + "Cuaca cerah sepanjang hari di kota itu. " * 60 + "Harga gabah Rp 6.500 per kg."
    assert read("", long, {2})[2] == read("", long, {0, 2})[2]


def test_the_title_counts_half_of_the_role_of_the_same_figure() -> None:
    title = "Harga beras Rp 14.000 per kg"
    alone, told = read("", TEXT, {1})[1], read(title, TEXT, {1})[1]
    untitled = read("Harga beras naik", TEXT, {1})[1]
    assert told.role != alone.role
    assert told.role[MoneyRole.PRICE] > 0.5
    assert untitled.heard(None) is untitled
    assert untitled.heard(alone).role[MoneyRole.PRICE] == pytest.approx((untitled.role[MoneyRole.PRICE] + alone.role[MoneyRole.PRICE]) / 2)


@pytest.mark.parametrize("content", [b"", b"no model", None], ids=["empty", "something else", "missing"])
def test_a_folder_that_holds_no_model_is_refused(tmp_path: Path, content: bytes | None) -> None:
    (tmp_path / "heads.npz").write_bytes((FOLDER / "heads.npz").read_bytes())
    if content is not None:
        (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(ModelError, match=r"nlp\.training\.encoder"):
        AmountEncoder(tmp_path)


@pytest.mark.parametrize("kept", [(), ("role.weight", "role.bias", "kind.weight", "kind.bias")], ids=["none", "a stage is missing"])
def test_heads_that_are_missing_are_refused_when_it_is_loaded(tmp_path: Path, kept: tuple[str, ...]) -> None:
    (tmp_path / "model.onnx").write_bytes((FOLDER / "model.onnx").read_bytes())
    with np.load(FOLDER / "heads.npz") as heads:
        np.savez(tmp_path / "heads.npz", **{name: heads[name] for name in kept})
    with pytest.raises(ModelError, match=r"nlp\.training\.encoder"):
        AmountEncoder(tmp_path)


@pytest.mark.parametrize("head", ["kind", "asks"])
def test_a_model_of_other_labels_is_refused_by_the_name_of_the_head(tmp_path: Path, head: str) -> None:
    (tmp_path / "model.onnx").write_bytes((FOLDER / "model.onnx").read_bytes())
    with np.load(FOLDER / "heads.npz") as heads:
        np.savez(tmp_path / "heads.npz", **{name: heads[name][:-1] if name.startswith(head) else heads[name] for name in heads.files})
    with pytest.raises(ModelError, match=head):
        AmountEncoder(tmp_path)


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x03\x04 cut"])
def test_heads_that_are_no_archive_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.onnx").write_bytes((FOLDER / "model.onnx").read_bytes())
    (tmp_path / "heads.npz").write_bytes(content)
    with pytest.raises(ModelError, match="cannot be used"):
        AmountEncoder(tmp_path)
