"""New names proposed from many articles; the registry's build scripts; the NER's data."""

from __future__ import annotations

import random
from pathlib import Path

from nlp.analysis import EntityType
from nlp.entities import Recogniser
from nlp.entities.propose import ArticleText, propose
from nlp.registry import load_registry
from nlp.registry.build import build as build_issuers
from nlp.registry.build_places import place_name
from nlp.training.ner import Sentence, name_pool, read, spans, swapped


def articles(count: int) -> list[ArticleText]:
    return [
        ArticleText(f"a{number}", f"outlet{number % 2}", "", "Pemerintah meluncurkan Gerakan Tenun Nusantara bersama PT Maju Jaya Lestari.")
        for number in range(count)
    ]


def test_an_unregistered_name_in_three_articles_is_proposed_with_its_evidence() -> None:
    found = propose(articles(3), Recogniser.load())
    assert {(proposal.type, proposal.name) for proposal in found} == {
        (EntityType.PROGRAMME, "Gerakan Tenun Nusantara"),
        (EntityType.COMPANY, "PT Maju Jaya Lestari"),
    }
    assert all((proposal.articles, proposal.outlets, proposal.examples) == (3, 2, ("a0", "a1", "a2")) for proposal in found)


def test_a_name_in_two_articles_is_not_proposed() -> None:
    assert propose(articles(2), Recogniser.load()) == []


def test_issuers_are_built_with_one_spelling_the_right_day_and_their_former_name(tmp_path: Path) -> None:
    (tmp_path / "idx_2026_stocklist.md").write_text("| x | **ABCD** | PT Baru Sekali Tbk. | 2001-01-31 |\n", encoding="utf-8")
    (tmp_path / "idx_2021_listed.csv").write_text("KodeEmiten,NamaEmiten\nABCD,Lama Sekali Tbk\nEFGH,PERGI JAUH\n", encoding="utf-8")
    (tmp_path / "idx_2021_profiles.csv").write_text(
        "KodeEmiten,NamaEmiten,TanggalPencatatan\nEFGH,PERGI JAUH,1999-05-04T00:00:00\n", encoding="utf-8"
    )
    assert build_issuers(tmp_path) == [
        {"id": "idx:ABCD", "name": "PT Baru Sekali Tbk", "listed": "2001-02-01", "former": "PT Lama Sekali Tbk", "source": "idx-2026"},
        {"id": "idx:EFGH", "name": "PT Pergi Jauh Tbk", "listed": "1999-05-04", "former": "", "source": "idx-2021"},
    ]


def test_a_place_is_written_as_people_write_it() -> None:
    assert place_name("KABUPATEN ACEH SELATAN") == ("Kabupaten Aceh Selatan", "Aceh Selatan")
    assert place_name("KOTA ADM. JAKARTA PUSAT") == ("Kota Jakarta Pusat", "Jakarta Pusat")


def test_ner_sentences_are_read_and_their_names_swapped_for_others_of_the_same_kind(tmp_path: Path) -> None:
    file = tmp_path / "train.txt"
    file.write_text("Budi NNP B-PERSON\r\nSantoso NNP I-PERSON\r\nhadir VB O\r\n\r\nJakarta NNP B-PLACE\r\n", encoding="utf-8")
    first, second = read(file)
    assert (first.tags, spans(first), spans(second)) == (("B-PER", "I-PER", "O"), [(0, 2, "PER")], [(0, 1, "LOC")])
    pool = name_pool([first, second], load_registry())
    other = swapped(Sentence(("Budi", "hadir"), ("B-PER", "O")), {**pool, "PER": [("Siti", "Rahma")]}, random.Random(1))
    assert other == Sentence(("Siti", "Rahma", "hadir"), ("B-PER", "I-PER", "O"))
