"""The whole chain on articles of our own words: the shape of what comes out, and what is a commitment and what is not."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from nlp.analysis import Analysis, Kind, MoneyRole, Status
from nlp.pipeline import Pipeline
from nlp.serialise import from_json, to_json

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "analysis.json"

EVENT = [
    (
        "Kemenperin, Kadin dan Astra Kucurkan Kredit Rp 100 Miliar untuk IKM",
        "Kementerian Perindustrian (Kemenperin) bersama Kamar Dagang dan Industri (Kadin) Indonesia dan PT Astra International Tbk "
        "meluncurkan program Link and Match IKM di Jakarta, Selasa (1/11/2022). Melalui program ini telah dikucurkan kredit sekitar "
        'Rp 100 miliar kepada IKM.\n\n"Kredit sekitar Rp 100 miliar ini sudah disalurkan kepada pelaku IKM," kata Menteri '
        "Perindustrian Agus Gumiwang Kartasasmita.",
    ),
    (
        "Link and Match IKM Dapat Kucuran Kredit",
        "Kementerian Perindustrian, Kadin Indonesia, dan PT Astra International Tbk menyalurkan kredit sekitar Rp100 miliar kepada IKM "
        "lewat program Link and Match IKM. Penyaluran itu diumumkan di Jakarta pada Selasa (1/11/2022).",
    ),
]


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline.load()


def _forms(analysis: Analysis) -> set[str]:
    return {form for actor in analysis.commitments[0].actors for form in (actor.name, actor.canonical, *actor.aliases)}


@pytest.mark.parametrize(("title", "text"), EVENT)
def test_a_joint_credit_programme_is_exactly_one_commitment_with_all_its_partners(pipeline: Pipeline, title: str, text: str) -> None:
    analysis = pipeline.analyse(title, text, published=date(2022, 11, 1), id="event")
    assert len(analysis.commitments) == 1
    commitment = analysis.commitments[0]
    assert (commitment.amount_low, commitment.currency, commitment.approx) == (Decimal(100_000_000_000), "IDR", True)
    assert (commitment.kind, commitment.status, commitment.programme) == (Kind.CREDIT, Status.DISBURSED, "Link and Match IKM")
    assert len(commitment.actors) == 3
    assert {"Kementerian Perindustrian", "Kadin Indonesia", "PT Astra International Tbk"} <= _forms(analysis)
    assert commitment.beneficiaries == ("IKM",)


@pytest.mark.parametrize(
    ("sentence", "role"),
    [
        ("Harga emas Antam dipatok Rp 1,2 juta per gram.", MoneyRole.PRICE),
        ("Perseroan membukukan laba bersih sebesar Rp 2,5 triliun.", MoneyRole.REVENUE),
        ("Kapitalisasi pasar bank itu mencapai Rp 900 triliun.", MoneyRole.MARKET_VALUE),
        ("Realisasi penyaluran KUR hingga Juni mencapai Rp 117 triliun.", MoneyRole.REALISATION),
        ("Kerugian negara dalam kasus itu ditaksir Rp 40 miliar.", MoneyRole.LOSS),
        ("Perusahaan itu didenda Rp 25 miliar.", MoneyRole.OTHER),
        ("Surplus neraca perdagangan tercatat US$ 3,4 miliar.", MoneyRole.STATISTIC),
    ],
)
def test_an_amount_that_nobody_undertakes_is_no_commitment(pipeline: Pipeline, sentence: str, role: MoneyRole) -> None:
    analysis = pipeline.analyse("", sentence)
    assert [money.role for money in analysis.money] == [role]
    assert analysis.commitments == ()


def test_a_conversion_joins_what_it_converts(pipeline: Pipeline) -> None:
    text = "PT Vale Indonesia Tbk akan menginvestasikan US$ 2 miliar atau sekitar Rp 31 triliun untuk membangun smelter nikel."
    analysis = pipeline.analyse("", text)
    assert len(analysis.commitments) == 1
    commitment = analysis.commitments[0]
    assert (commitment.currency, commitment.kind, commitment.status) == ("USD", Kind.INVESTMENT, Status.PLANNED)
    assert [(item.amount, item.currency) for item in commitment.equivalents] == [(Decimal(31_000_000_000_000), "IDR")]


def _share_checks(pipeline: Pipeline, text: str) -> list[bool]:
    return [check.agrees for check in pipeline.analyse("", text).checks if check.relation == "shares"]


def test_partners_keep_their_stated_shares_and_the_speaker_is_not_a_payer(pipeline: Pipeline) -> None:
    text = (
        "PT Vale Indonesia Tbk dan PT Huayou Nickel Cobalt berkomitmen menginvestasikan US$ 2 miliar untuk smelter di Sulawesi Tengah, "
        "kata Menteri Investasi Bahlil Lahadalia. PT Vale Indonesia Tbk berkontribusi 51% dan PT Huayou Nickel Cobalt menanggung 49%."
    )
    commitment = pipeline.analyse("", text).commitments[0]
    assert {actor.name: actor.share for actor in commitment.actors} == {
        "PT Vale Indonesia Tbk": Decimal(51),
        "PT Huayou Nickel Cobalt": Decimal(49),
    }
    assert commitment.said_by == "Bahlil Lahadalia"
    assert _share_checks(pipeline, text) == [True]
    assert _share_checks(pipeline, text.replace("49%", "44%")) == [False]
    assert (commitment.place, commitment.sector) == ("72", "24")


def test_what_is_asked_for_is_a_proposal(pipeline: Pipeline) -> None:
    analysis = pipeline.analyse("", "Kementerian Pertanian mengusulkan tambahan anggaran Rp 5 triliun untuk pupuk bersubsidi tahun depan.")
    assert analysis.commitments == ()
    assert [item.amount_low for item in analysis.proposals] == [Decimal(5_000_000_000_000)]


def test_a_bank_that_targets_lending_undertakes_it(pipeline: Pipeline) -> None:
    analysis = pipeline.analyse("", "Bank Mandiri menargetkan penyaluran kredit Rp 12,8 triliun pada 2026.")
    assert [(item.status, item.kind) for item in analysis.commitments] == [(Status.TARGET, Kind.CREDIT)]


def test_a_part_and_its_percent_of_a_base_are_checked(pipeline: Pipeline) -> None:
    right = pipeline.analyse("", "Realisasi KUR menyentuh Rp 130 triliun atau 50% dari kuota sebesar Rp 260 triliun.")
    wrong = pipeline.analyse("", "Realisasi KUR menyentuh Rp 130 triliun atau 80% dari kuota sebesar Rp 260 triliun.")
    assert [check.agrees for check in right.checks] == [True]
    assert [check.agrees for check in wrong.checks] == [False]
    assert wrong.money[0].confidence < right.money[0].confidence


def test_parts_that_do_not_make_their_total_are_reported(pipeline: Pipeline) -> None:
    text = "Pemerintah menyiapkan anggaran Rp 90 miliar yang terdiri dari bantuan Rp 60 miliar dan subsidi Rp 20 miliar."
    check = pipeline.analyse("", text).checks[0]
    assert (check.relation, check.computed, check.agrees) == ("parts_total", Decimal(80_000_000_000), False)


@pytest.mark.parametrize(("title", "text"), [*EVENT, ("", ""), ("Rp 5", "harga US$ 0,139 per kWh")])
def test_the_json_form_follows_the_published_schema_and_comes_back(pipeline: Pipeline, title: str, text: str) -> None:
    analysis = pipeline.analyse(title, text, id="a")
    line = to_json(analysis)
    Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(json.loads(line))
    assert from_json(line) == analysis


def test_amounts_are_written_as_exact_plain_numbers(pipeline: Pipeline) -> None:
    line = to_json(pipeline.analyse("", "kontrak Rp 5,36 triliun dan tarif US$ 13,9 sen per kWh"))
    assert '"low": 5360000000000,' in line
    assert '"low": 0.139,' in line


_WORDS = st.sampled_from(
    ["Rp 5 miliar", "kredit", "kepada", "PT Astra", "Kemenperin", "akan", "US$ 2 juta", "(setara", ")", ".", ",", "\r\n", "\u00a0", "💰"]
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_WORDS | st.text(max_size=5), max_size=25).map(" ".join))
def test_any_text_is_analysed_and_evidence_is_the_text_at_its_offsets(pipeline: Pipeline, text: str) -> None:
    analysis = pipeline.analyse("judul", text)
    for commitment in analysis.commitments:
        assert text[commitment.evidence.start : commitment.evidence.end] == commitment.evidence.text
        assert all(0 <= index < len(analysis.money) for index in commitment.mentions)


@pytest.mark.parametrize(
    ("text", "receiver"),
    [
        ("Pemerintah Indonesia akan melakukan pembelian pesawat dari Amerika Serikat senilai US$ 18 miliar.", "Amerika Serikat"),
        ("PT Astra International Tbk telah membeli saham Hermina senilai Rp 102 miliar.", "Hermina"),
        ("Bank Mandiri menyalurkan kredit Rp 2 miliar kepada industri kecil dan menengah (IKM) di Tegal.", "IKM"),
    ],
)
def test_the_receiver_is_the_seller_the_bought_company_or_the_group_by_its_short_name(pipeline: Pipeline, text: str, receiver: str) -> None:
    assert pipeline.analyse("", text).commitments[0].beneficiaries == (receiver,)


def test_a_market_note_can_hold_a_sure_undertaking(pipeline: Pipeline) -> None:
    text = (
        "Indeks Harga Saham Gabungan (IHSG) ditutup menguat 0,5 persen ke level 7.210 pada perdagangan Senin. PT Bank Mandiri Tbk "
        "memberikan kredit Rp 2 triliun kepada PT Timah Tbk untuk modal kerja. Investor asing mencatat beli bersih Rp 512 miliar."
    )
    analysis = pipeline.analyse("IHSG Ditutup Menguat 0,5 Persen", text)
    assert analysis.type == "market_note"
    assert [(item.amount_low, item.kind, item.beneficiaries) for item in analysis.commitments] == [
        (Decimal(2_000_000_000_000), Kind.CREDIT, ("PT Timah Tbk",))
    ]


def test_the_state_pays_where_the_sentence_before_speaks_of_it(pipeline: Pipeline) -> None:
    text = "Pemerintah melanjutkan bantuan untuk keluarga miskin. Setiap keluarga akan menerima bantuan tunai Rp 600.000 mulai Maret."
    [commitment] = pipeline.analyse("", text).commitments
    assert [actor.name for actor in commitment.actors] == ["pemerintah"]
