"""Entities of an article: who is named, in the fullest form, resolved, once, and where."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.analysis import Entity, EntityType
from nlp.entities import Found, Recogniser


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return shared()


def one(found: Found, identity: str) -> Entity:
    return next(entity for entity in found.entities if entity.id == identity)


def ids(found: Found) -> set[str | None]:
    return {organisation.id for organisation in found.organisations}


def test_the_three_partners_of_the_event_and_its_programme_are_found_and_resolved(recogniser: Recogniser) -> None:
    found = recogniser.recognise(
        "Kredit untuk pemasok kecil",
        "Kementerian Perindustrian bersama Kamar Dagang dan Industri (Kadin) Indonesia dan PT Astra International Tbk menyalurkan"
        " kredit bagi IKM lewat program Link and Match IKM.",
        date(2022, 11, 1),
    )
    assert ids(found) == {"gov:kemenperin", "org:kadin", "idx:ASII"}
    assert one(found, "org:kadin").name == "Kamar Dagang dan Industri (Kadin) Indonesia"
    assert [entity.id for entity in found.entities if entity.type is EntityType.PROGRAMME] == ["prog:link-match-ikm"]


def test_offsets_are_those_of_the_text_as_given(recogniser: Recogniser) -> None:
    text = "😀 PT\u00a0 Garuda\u00a0Indonesia (Persero)  Tbk\r\n\r\nmenggandeng Kementerian\r\nPerhubungan."
    found = recogniser.recognise("", text)
    surfaces = {text[span.start : span.end] for entity in found.entities for span in entity.mentions}
    assert "PT\u00a0 Garuda\u00a0Indonesia (Persero)  Tbk" in surfaces
    assert "Kementerian\r\nPerhubungan" in surfaces


def test_a_bare_group_name_is_the_parent_unless_a_sibling_was_named_in_full(recogniser: Recogniser) -> None:
    parent = recogniser.recognise("", "Astra menambah modal. Manajemen Astra optimistis.")
    sibling = recogniser.recognise("", "PT Astra Agro Lestari Tbk menambah modal. Manajemen Astra optimistis.")
    assert ids(parent) == {"idx:ASII"}
    assert ids(sibling) == {"idx:AALI"}


def test_a_short_form_in_brackets_is_learnt_and_found_again(recogniser: Recogniser) -> None:
    found = recogniser.recognise("", "Perkumpulan Perajin Rotan Nusantara (PPRN) menerima hibah. Ketua PPRN Budi Santoso hadir.")
    organisation = found.organisations[0]
    assert organisation.name == "Perkumpulan Perajin Rotan Nusantara"
    assert "PPRN" in organisation.aliases
    assert len(found.entities[0].mentions) == 3


def test_a_ticker_in_brackets_decides_who_is_meant(recogniser: Recogniser) -> None:
    assert ids(recogniser.recognise("", "Laba Bank Rakyat (BBRI) naik.")) == {"idx:BBRI"}


def test_media_houses_and_buildings_are_no_organisations(recogniser: Recogniser) -> None:
    found = recogniser.recognise("", "KONTAN.CO.ID - Rapat digelar di Gedung DPR RI, kata dia kepada CNBC Indonesia.")
    assert found.organisations == ()


def test_capitals_are_needed_where_the_short_form_is_also_a_word(recogniser: Recogniser) -> None:
    found = recogniser.recognise("", "Ia menulis dengan pen dan membuat api unggun, lalu makan umi di kota.")
    assert [entity for entity in found.entities if entity.type is not EntityType.PLACE] == []


@pytest.mark.parametrize(
    ("text", "name", "role"),
    [
        ("Direktur Utama PT Maju Jaya Tbk Budi Santoso mengatakan hal itu.", "Budi Santoso", "Direktur Utama PT Maju Jaya Tbk"),
        ("Rina Dewi, Direktur Keuangan Bank Mandiri mengatakan hal itu.", "Rina Dewi", "Direktur Keuangan Bank Mandiri"),
        ("Hal itu disampaikan Gubernur Bali, Wayan Sudirta, di Denpasar.", "Wayan Sudirta", "Gubernur Bali"),
        ('"Kami siap," ujar Plt Direktur Jenderal Industri Agro Siti Rahmawati.', "Siti Rahmawati", "Plt Direktur Jenderal Industri Agro"),
    ],
)
def test_people_are_found_with_their_roles_in_every_order(recogniser: Recogniser, text: str, name: str, role: str) -> None:
    person = next(entity for entity in recogniser.recognise("", text).entities if entity.type is EntityType.PERSON)
    assert (person.name, person.role) == (name, role)


def test_a_person_is_one_entity_however_short_the_later_mention(recogniser: Recogniser) -> None:
    text = 'Menteri Keuangan Sri Mulyani Indrawati hadir. "Baik," ujar Sri Mulyani. Menurut Indrawati, anggaran cukup.'
    found = recogniser.recognise("", text)
    assert found.people == ("Sri Mulyani Indrawati",)
    spans = one(found, "person:sri-mulyani-indrawati").mentions
    assert [text[span.start : span.end] for span in spans] == ["Sri Mulyani Indrawati", "Sri Mulyani", "Indrawati"]


def test_a_manager_with_a_ministers_name_is_not_the_minister(recogniser: Recogniser) -> None:
    minister = recogniser.recognise("", "Menteri Perdagangan Budi Santoso mengatakan hal itu.").entities[0]
    manager = next(e for e in recogniser.recognise("", "Direktur PT Maju Jaya Budi Santoso hadir.").entities if e.type is EntityType.PERSON)
    assert (minister.id, manager.id) == ("person:budi-santoso", None)


def test_a_headline_in_title_case_names_nobody_by_open_rules(recogniser: Recogniser) -> None:
    found = recogniser.recognise("Dinas Kesehatan Tanggung Jawab Soal Data Penerima", "Isi berita pendek.")
    assert found.organisations == ()


def test_perseroan_means_the_company_last_named_and_is_a_reference_not_a_name(recogniser: Recogniser) -> None:
    found = recogniser.recognise("", "PT Bukit Asam Tbk membangun pabrik. Perseroan menyiapkan dana, kata perusahaan lain.")
    references = [mention for mention in found.mentions if mention.kind == "reference"]
    assert [found.entities[mention.entity].id for mention in references] == ["idx:PTBA"]
    assert "Perseroan" not in found.organisations[0].aliases


def test_a_ministers_office_gives_the_ministry(recogniser: Recogniser) -> None:
    minister = recogniser.recognise("", "Menperin Agus Gumiwang hadir.", date(2022, 11, 1)).entities[0]
    assert (minister.id, minister.affiliation) == ("person:agus-gumiwang-kartasasmita", "gov:kemenperin")
    assert recogniser.registry.holders("gov:kemenperin", date(2018, 1, 1)) == ["person:airlangga-hartarto"]


@cache
def shared() -> Recogniser:
    return Recogniser.load()


@settings(max_examples=60, deadline=None)
@given(st.text(), st.text(alphabet=st.sampled_from("PT Bank(BCA) Rp.Menteri ujar\n\u00a0😀İ")))
def test_no_text_raises_and_every_mention_lies_in_its_text(title: str, text: str) -> None:
    found = shared().recognise(title, text)
    for mention in found.mentions:
        assert 0 <= mention.start < mention.end <= len(title if mention.field == "title" else text)


def test_the_unknown_item_of_a_list_of_organisations_is_one_too(recogniser: Recogniser) -> None:
    found = recogniser.recognise("", "Mitra distribusinya adalah Bank BCA, Bank Mandiri, Kencana Portal, Wiranta Mercato dan Bank BTN.")
    assert {organisation.name for organisation in found.organisations} >= {"Kencana Portal", "Wiranta Mercato"}


def test_a_programme_carries_the_short_form_the_article_also_uses(recogniser: Recogniser) -> None:
    assert recogniser.recognise("", "Penyaluran Kredit Usaha Rakyat naik. Target KUR tercapai.").programmes == (
        "Kredit Usaha Rakyat (KUR)",
    )


def test_a_name_glued_to_the_next_word_is_still_found(recogniser: Recogniser) -> None:
    assert ids(recogniser.recognise("", "Hal itu disampaikan Kementerian KeuanganPejabat lain menolak.")) == {"gov:kemenkeu"}


@pytest.mark.parametrize(
    "text",
    [
        'Menteri Perumahan Maruarar Sirait (Ara) hadir. "Baik," ujar Ara.',
        'Wakil Menteri BUMN Kartika Wirjoatmodjo hadir. Tiko, sapaan akrabnya, setuju. "Baik," ujar Tiko.',
    ],
)
def test_a_nickname_the_article_explains_is_the_same_person(recogniser: Recogniser, text: str) -> None:
    assert len(recogniser.recognise("", text).people) == 1


def test_a_rule_or_agreement_registered_beside_the_programmes_is_named_but_is_no_scheme(recogniser: Recogniser) -> None:
    found = recogniser.recognise(
        "", "Kementerian Perindustrian menilai aturan TKDN dan penyaluran Kredit Usaha Rakyat (KUR) berjalan baik."
    )
    assert [name for name in found.programmes if "KUR" in name]
    assert not any("TKDN" in name for name in found.programmes)
    assert any(entity.id == "prog:tkdn" for entity in found.entities)
