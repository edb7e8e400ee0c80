"""Programmes meant but not named: the right one is inferred, an ordinary sentence means none, a named one is not inferred twice."""

from __future__ import annotations

import pytest

from nlp.embeddings.load import load_embedder
from nlp.entities import Recogniser
from nlp.entities.meaning import ProgrammeMeaning
from nlp.pipeline import Pipeline
from nlp.registry import load_registry

MEANT = [
    ("Kemitraan IKM dengan pabrikan besar diperluas tahun ini.", "prog:link-match-ikm"),
    ("Pemerintah memberi bantuan atas sebagian harga mesin baru yang dibeli pelaku industri kecil.", "prog:restrukturisasi-mesin"),
    ("Petani mendapat hibah Rp60 juta per hektare untuk mengganti pohon sawit tua.", "prog:psr"),
    ("Anak sekolah dan ibu hamil mendapat makan siang gratis dari negara.", "prog:mbg"),
    ("Ibu-ibu prasejahtera mendapat pinjaman kelompok tanpa agunan.", "prog:mekaar"),
    ("Pembeli motor listrik mendapat potongan harga Rp7 juta per unit.", "prog:subsidi-motor-listrik"),
]
ORDINARY = [
    "Perusahaan itu mendapat kredit sindikasi dari lima bank asing untuk membangun smelter.",
    "Pelatihan bagi karyawan baru digelar manajemen hotel setiap akhir pekan.",
    "Subsidi silang antarunit usaha dihapus perusahaan mulai tahun depan.",
    "Para penggemar menerima kartu pos bergambar dari grup musik itu.",
]


@pytest.fixture(scope="module")
def meaning() -> ProgrammeMeaning:
    embedder = load_embedder("onnx")
    assert embedder is not None
    return ProgrammeMeaning(load_registry(), embedder)


@pytest.mark.parametrize(("sentence", "identity"), MEANT)
def test_a_programme_meant_but_not_named_is_inferred(meaning: ProgrammeMeaning, sentence: str, identity: str) -> None:
    found = meaning.entities(sentence)
    assert [(entity.id, entity.inferred) for entity in found] == [(identity, True)]
    assert (found[0].mentions[0].start, found[0].mentions[0].end) == (0, len(sentence))


@pytest.mark.parametrize("sentence", ORDINARY)
def test_an_ordinary_sentence_means_no_programme(meaning: ProgrammeMeaning, sentence: str) -> None:
    assert meaning.entities(sentence) == []


def test_a_programme_the_text_names_is_not_inferred_again(meaning: ProgrammeMeaning) -> None:
    text = "Pemerintah memperluas Link and Match IKM. Kemitraan IKM dengan pabrikan besar diperluas tahun ini."
    assert meaning.entities(text, Recogniser.load().recognise("", text).entities) == []


def test_a_commitment_that_names_no_programme_is_given_the_one_its_sentence_means_marked_as_inferred() -> None:
    pipeline = Pipeline.load(load_embedder("onnx"))
    text = "Petani mendapat hibah Rp60 juta per hektare dari pemerintah untuk mengganti pohon sawit tua."
    analysis = pipeline.analyse("Hibah bagi petani sawit", text)
    assert [(c.programme, c.programme_id, c.programme_inferred) for c in analysis.commitments] == [(None, "prog:psr", True)]
    assert analysis.programmes == ()
