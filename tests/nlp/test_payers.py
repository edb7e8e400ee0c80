"""Who provides, by where names stand: groups and their arms, buyers and sellers, channels, countries, the state."""

from __future__ import annotations

import pytest

from nlp.pipeline import Pipeline


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline.load()


def payers(pipeline: Pipeline, text: str, title: str = "") -> list[str]:
    """The payers of the first undertaking."""
    [item, *_] = pipeline.analyse(title, text).commitments
    return [actor.name for actor in item.actors]


def test_the_arm_through_which_a_group_pays_is_the_payer(pipeline: Pipeline) -> None:
    through = "PT Arunika Tbk melalui anak usahanya, PT Tirta Arunika, mengakuisisi 60 persen saham PT Lereng Hijau senilai Rp 700 miliar."
    by = "Akuisisi senilai Rp 700 miliar itu dilakukan oleh anak perusahaan PT Arunika Tbk yakni PT Tirta Arunika."
    assert payers(pipeline, through) == payers(pipeline, by) == ["PT Tirta Arunika"]


def test_an_arm_that_no_registry_knows_pays_too(pipeline: Pipeline) -> None:
    text = "PT Arunika Tbk melalui anak usahanya, Lentera Arunika Utama, mengakuisisi saham Bank Serayu senilai Rp 700 miliar."
    assert payers(pipeline, text) == ["Lentera Arunika Utama"]


def test_who_stands_behind_kepada_of_a_sale_is_the_buyer(pipeline: Pipeline) -> None:
    text = "PT Arunika Tbk menjual kepemilikan sahamnya di PT Lereng Hijau senilai Rp 700 miliar kepada PT Samudra Biru."
    assert payers(pipeline, text) == ["PT Samudra Biru"]


def test_what_is_bought_from_somebody_is_not_paid_by_them(pipeline: Pipeline) -> None:
    text = "PT Samudra Biru telah membeli aset serat optik dari PT Lereng Hijau senilai Rp 700 miliar."
    assert payers(pipeline, text) == ["PT Samudra Biru"]


def test_a_loan_from_a_bank_is_the_banks(pipeline: Pipeline) -> None:
    assert payers(pipeline, "PT Lereng Hijau mendapat pinjaman dari Bank Mandiri sebesar Rp 700 miliar.") == ["Bank Mandiri"]


def test_a_firm_of_the_sentence_before_pays_no_public_budget(pipeline: Pipeline) -> None:
    text = "Bantuan dibagikan lewat kantor PT Pos Indonesia. Anggaran yang dialokasikan untuk bantuan itu Rp 30 triliun."
    assert payers(pipeline, text, "Bansos ditambah tahun ini") == ["pemerintah"]


def test_a_country_that_commits_itself_pays_and_a_bank_of_its_name_is_no_country(pipeline: Pipeline) -> None:
    assert payers(pipeline, "Komitmen Indonesia untuk membeli kedelai dari Amerika Serikat senilai US$ 4 miliar diumumkan kemarin.") == [
        "Indonesia"
    ]
    assert payers(pipeline, "Bank Indonesia akan mengalokasikan anggaran Rp 4 miliar untuk pelatihan petani.") == ["Bank Indonesia"]
