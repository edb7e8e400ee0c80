"""The learned part beside the rules: what it sees, how it is read from its file, and how it is mixed with the rules."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlp.analysis import MoneyRole
from nlp.commitments.contexts import Context, contexts
from nlp.commitments.learned.features import amount_features, masked, surroundings
from nlp.commitments.learned.linear import LinearModel
from nlp.commitments.learned.mixing import LEARNED
from nlp.commitments.learned.roles import doubtful, mixtures, relearned, role_model
from nlp.commitments.roles import Role, decide_roles
from nlp.entities import Recogniser
from nlp.errors import ModelError
from nlp.money import find_money

TEXT = "PT Astra International Tbk menyiapkan Rp 5 triliun pada 2026 untuk 12 pabrik. Laba perseroan Rp 700 miliar."


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser.load()


def read(recogniser: Recogniser, title: str, text: str) -> tuple[list[Context], list[Role], list[dict[str, float]]]:
    """Contexts, the rules' roles and the features of an article's amounts."""
    money = find_money(text)
    found = contexts(text, money)
    roles = decide_roles(found, title)
    around = surroundings(title, text, "news", recogniser.recognise(title, text), money, find_money(title))
    return found, roles, amount_features(around, found, roles)


def test_names_and_numbers_are_seen_as_their_class_only(recogniser: Recogniser) -> None:
    around = surroundings("", TEXT, "news", recogniser.recognise("", TEXT), find_money(TEXT), [])
    words = [word for word, _ in masked(around, 0, TEXT.index("Laba"))]
    assert words[0] == "<company>"
    assert {"<amount>", "<year>", "<number>"} <= set(words)
    assert "astra" not in words


def test_every_amount_has_features_of_rules_words_and_size(recogniser: Recogniser) -> None:
    _, _, features = read(recogniser, "Astra siapkan Rp 5 triliun", TEXT)
    assert [{name.split("=")[0] for name in item} >= {"size", "currency", "left", "title"} for item in features] == [True, True]
    assert "in-title" in features[0]
    assert "in-title" not in features[1]


def small_model(label: str) -> LinearModel:
    """A model that is sure of one label whatever it sees."""
    labels = tuple(role.value for role in MoneyRole)
    bias = np.array([9.0 if name == label else 0.0 for name in labels], dtype=np.float32)
    return LinearModel(labels, {"lead": 0}, np.zeros((1, len(labels)), dtype=np.float32), bias)


def test_a_sure_model_overrules_doubtful_signs_and_is_named_as_the_rule(recogniser: Recogniser) -> None:
    text = "Nilainya Rp 5 triliun."
    found, roles, _ = read(recogniser, "", text)
    around = surroundings("", text, "news", recogniser.recognise("", text), find_money(text), [])
    [role] = relearned(found, roles, mixtures(around, found, roles, small_model("loss")), {})
    assert (role.role, role.rule) == (MoneyRole.LOSS, LEARNED)
    assert 0.5 < role.confidence <= 1


def test_where_model_and_rules_agree_the_loudest_sign_stays_named(recogniser: Recogniser) -> None:
    found, roles, _ = read(recogniser, "", TEXT)
    around = surroundings("", TEXT, "news", recogniser.recognise("", TEXT), find_money(TEXT), [])
    assert relearned(found, roles, mixtures(around, found, roles, small_model(roles[0].role.value)), {})[0].rule == roles[0].rule


def test_a_conversion_has_the_role_of_what_it_converts(recogniser: Recogniser) -> None:
    text = "Pabrik itu menyerap investasi US$ 2 miliar (Rp 33,5 triliun)."
    found, roles, _ = read(recogniser, "", text)
    around = surroundings("", text, "news", recogniser.recognise("", text), find_money(text), [])
    first, second = relearned(found, roles, mixtures(around, found, roles), {})
    assert first.role is second.role


def test_a_sure_encoder_overrules_rules_and_linear_model_together(recogniser: Recogniser) -> None:
    found, roles, _ = read(recogniser, "", TEXT)
    mixed = [{value: float(value is MoneyRole.PRICE) * 0.6 for value in MoneyRole}] * 2
    first, second = relearned(found, roles, mixed, {0: {MoneyRole.LOSS: 1.0}})
    assert (first.role, first.rule) == (MoneyRole.LOSS, LEARNED)
    assert second.role is MoneyRole.PRICE


def test_of_two_roles_as_good_as_equal_that_of_the_rules_stands(recogniser: Recogniser) -> None:
    found, roles, _ = read(recogniser, "", TEXT)
    other = MoneyRole.LOSS if roles[0].role is not MoneyRole.LOSS else MoneyRole.PRICE
    tied = dict.fromkeys(MoneyRole, 0.0) | {roles[0].role: 0.49, other: 0.51}
    assert relearned(found[:1], roles[:1], [tied], {})[0].role is roles[0].role


def test_the_encoder_is_asked_in_doubt_and_where_an_undertaking_is_near() -> None:
    sure, unsure, undertaking = ({role: p} for role, p in ((MoneyRole.PRICE, 0.95), (MoneyRole.PRICE, 0.6), (MoneyRole.COMMITMENT, 0.99)))
    none = dict.fromkeys(MoneyRole, 0.0)
    assert doubtful([none | sure, none | unsure, none | undertaking]) == {1, 2}


def test_a_model_is_what_it_was_after_it_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    small_model("price").save(path)
    again = LinearModel.load(path)
    assert again.labels == small_model("price").labels
    assert again.probabilities([{"lead": 1.0, "unknown": 3.0}]).argmax() == again.labels.index("price")


@pytest.mark.parametrize("content", [b"", b"no model", None], ids=["empty", "something else", "missing"])
def test_a_file_that_is_no_model_is_refused_by_name(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "roles.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=r"roles\.npz"):
        LinearModel.load(path)


def test_the_shipped_model_gives_probabilities_of_every_role() -> None:
    model = role_model()
    assert set(model.labels) == {role.value for role in MoneyRole}
    assert model.probabilities([{}]).sum() == pytest.approx(1.0)
