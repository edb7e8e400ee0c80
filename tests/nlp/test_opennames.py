"""People whom neither registry nor rules know, by the NER of our own annotations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from nlp.analysis import EntityType
from nlp.entities import Recogniser
from nlp.entities.hits import Claims, Hit
from nlp.entities.opennames import MODEL, OpenNames
from nlp.entities.view import View, make_view
from nlp.errors import ModelError
from nlp.registry import comparable


class Said(OpenNames):
    """Sees the names it is told."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def read(self, stretches: Sequence[tuple[View, int, int]]) -> list[Hit]:
        return [hit(view, name) for name in self.names for view, start, end in stretches if start <= view.text.find(name) < end]


def hit(view: View, name: str, kind: EntityType = EntityType.PERSON, identity: str = "") -> Hit:
    start = view.text.index(name)
    return Hit(view, start, start + len(name), kind, name, identity or comparable(name), identity)


def amended(text: str, rules: list[tuple[str, EntityType, str]], *seen: str) -> list[tuple[str, EntityType]]:
    view, claims = make_view("text", text), Claims()
    hits = [hit(view, *rule) for rule in rules]
    for one in hits:
        claims.take(one)
    return [(one.name, one.type) for one in Said(*seen).amend([view], hits, claims, Claims())]


PERSON, BODY = EntityType.PERSON, EntityType.PUBLIC_BODY


def test_a_person_in_a_free_stretch_is_added() -> None:
    assert amended("Menurut Rukmini Wahyudi, harga naik.", [], "Rukmini Wahyudi") == [("Rukmini Wahyudi", PERSON)]


def test_a_person_whom_the_rules_know_in_part_is_seen_whole() -> None:
    assert amended("kata Ahmad Luthfi kemarin", [("Ahmad", PERSON, "")], "Ahmad Luthfi") == [("Ahmad Luthfi", PERSON)]


def test_a_body_that_swallowed_a_person_gives_both() -> None:
    text = "Inspektorat Jenderal Rudi Supriatna hadir"
    found = amended(text, [("Inspektorat Jenderal Rudi Supriatna", BODY, "")], "Rudi Supriatna")
    assert found == [("Inspektorat Jenderal", BODY), ("Rudi Supriatna", PERSON)]


def test_without_capitals_people_are_sought_where_somebody_speaks_or_has_a_role() -> None:
    assert amended("menurut rukmini wahyudi, harga naik.", [], "rukmini wahyudi") == [("rukmini wahyudi", PERSON)]
    assert amended("harga beras rukmini wahyudi naik.", [], "rukmini wahyudi") == []


def test_a_body_of_one_word_or_before_one_of_its_people_is_added() -> None:
    view = make_view("text", "Analis Arunika Futures Lukman Leong dan Infinix hadir; Beras Premium naik.")
    seen = OpenNames.load().read([(view, 0, len(view.text))])
    assert ("Arunika Futures", EntityType.COMPANY) in [(one.name, one.type) for one in seen]


def test_a_registered_name_stays_as_it_is() -> None:
    registered = [("Bank Jago", EntityType.COMPANY, "idx:ARTO")]
    assert amended("Bank Jago Karim hadir", registered, "Bank Jago Karim") == [("Bank Jago", EntityType.COMPANY)]


def test_people_of_a_text_without_capitals_are_found_by_its_own_model() -> None:
    text = "direktur utama pt arunika batu, hendra wirawan, menilai pasar akan tumbuh. " + "pasokan dari petani berkurang. " * 9
    assert "hendra wirawan" in Recogniser.load().recognise("", text).people


def test_the_shipped_model_finds_a_foreign_name_that_no_list_has() -> None:
    text = "Pendiri perusahaan rintisan itu, Adarsh Hiremath, menilai pasar Asia akan tumbuh. Elon Musk tidak hadir dalam acara tersebut."
    assert {"Adarsh Hiremath", "Elon Musk"} <= set(Recogniser.load().recognise("", text).people)


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    for part in MODEL.iterdir():
        (tmp_path / part.name).write_bytes(part.read_bytes()[:-1] if part.name == "model" else part.read_bytes())
    with pytest.raises(ModelError, match=r"is not the file that meta\.json names"):
        OpenNames.load(tmp_path)


def test_a_sentence_whose_names_are_all_known_is_not_read() -> None:
    asked: list[str] = []

    class Asked(OpenNames):
        def __init__(self) -> None:
            pass

        def read(self, stretches: Sequence[tuple[View, int, int]]) -> list[Hit]:
            asked.extend(view.text[start:end] for view, start, end in stretches)
            return []

    view, claims = make_view("text", "Bank Jago menyalurkan kredit. Harga beras naik. Menurut Rukmini Wahyudi, itu baik."), Claims()
    known = hit(view, "Bank Jago", EntityType.COMPANY, "idx:ARTO")
    claims.take(known)
    Asked().amend([view], [known], claims, Claims())
    assert asked == ["Menurut Rukmini Wahyudi, itu baik."]
