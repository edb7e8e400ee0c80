"""The Indonesian cleaner: what goes, what stays, what is kept apart."""

from __future__ import annotations

import pytest

from crawler.extract.body import Paragraph, join, paragraphs
from crawler.extract.clean import clean, dropper, is_paywalled, is_truncated, split_dateline, without_head
from crawler.extract.page import decode, parse


def read(html: str) -> str:
    return join(clean(paragraphs(parse(f"<html><body><div>{html}</div></body></html>").find(".//div"), dropper())))


@pytest.mark.parametrize(
    "junk",
    [
        "<p>Baca juga: Pabrik lain dibuka</p>",
        "<p>BACA JUGA : Pabrik lain dibuka</p>",
        "<p><strong>Baca Juga <a href='/x'>Pabrik lain dibuka di Bekasi</a></strong></p>",
        "<p>Simak juga Video: Pabrik dari udara</p>",
        "<p>[Gambas:Video 20detik]</p>",
        "<p>ADVERTISEMENT</p><p>SCROLL TO CONTINUE WITH CONTENT</p>",
        "<p>Ikuti berita terbaru di saluran WhatsApp kami</p>",
        "<p>Editor: Sari Dewi</p>",
        "<p>COPYRIGHT © 2026</p>",
        "<p>(abc/def)</p>",
        "<p class='baca-juga'>Pabrik lain</p>",
        "<figure><img><figcaption>Menteri di pabrik</figcaption></figure>",
        "<div class='related-news'><p>Berita lain yang panjang sekali.</p></div>",
        "<div style='display:none'><p>Tersembunyi.</p></div>",
        "<script>var x = 1</script>",
        "<p><a href='/a'>Pabrik lain dibuka di Bekasi</a></p>",
        "<h2>JANGAN LEWATKAN!!!</h2><a href='/a'>Pabrik lain dibuka, pekerja gembira!</a><br><a href='/b'>Siapa yang dapat kredit?</a>",
    ],
)
def test_what_is_no_text_of_the_article_goes(junk: str) -> None:
    assert read(f"<p>Kalimat satu tentang pabrik.</p>{junk}<p>Kalimat dua tentang kredit.</p>") == (
        "Kalimat satu tentang pabrik.\n\nKalimat dua tentang kredit."
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Ia membaca juga laporan itu. Baca juga (Baca: Lain) tetap.</p>", "Ia membaca juga laporan itu. Baca juga tetap."),
        ("<p>Pabrik dibuka. Baca juga: <a href='/x'>Judul lain</a></p>", "Pabrik dibuka."),
        ("<p>Kata <a href='/t'>PT Contoh Maju Tbk</a> kemarin.</p>", "Kata PT Contoh Maju Tbk kemarin."),
        ("Satu.<br><br>Dua.<br>Tiga.", "Satu.\n\nDua.\n\nTiga."),
        ("<ul><li>Satu</li><li>Dua</li></ul>", "Satu\nDua"),
        ("<table><tr><th>Tahun</th><th>Kredit</th></tr><tr><td>2026</td><td>Rp 1</td></tr></table>", "Tahun | Kredit\n2026 | Rp 1"),
        ("<p>Nilainya banyak&nbsp;Rp&nbsp;400.000.000.</p>", "Nilainya banyak Rp 400.000.000."),
        ("<p>Situs: <a href='http://contoh.example'>http://contoh.example</a></p>", "Situs: http://contoh.example"),
        ("<p>Selesai dibangun. (abc/def)</p>", "Selesai dibangun."),
        ("<p><a href='/a'>Laporan lengkap ada di sini.</a></p>", "Laporan lengkap ada di sini."),
        ("<p><b>Pabrik</b> itu dibuka kemarin.</p>", "Pabrik itu dibuka kemarin."),
        ("<p><b>Liputan6.com, Jakarta</b> - Pabrik itu dibuka.</p>", "Liputan6.com, Jakarta - Pabrik itu dibuka."),
    ],
)
def test_what_is_text_stays(html: str, text: str) -> None:
    assert read(html) == text


@pytest.mark.parametrize(
    ("text", "dateline", "rest"),
    [
        ("JAKARTA, KOMPAS.com - Menteri hadir.", "JAKARTA, KOMPAS.com", "Menteri hadir."),
        ("Jakarta - Menteri hadir.", "Jakarta", "Menteri hadir."),
        ("TEMPO.CO, Jakarta - Menteri hadir.", "TEMPO.CO, Jakarta", "Menteri hadir."),
        ("REPUBLIKA.CO.ID, JAKARTA -- Menteri hadir.", "REPUBLIKA.CO.ID, JAKARTA", "Menteri hadir."),
        ("KONTAN.CO.ID - JAKARTA. Menteri hadir.", "KONTAN.CO.ID - JAKARTA", "Menteri hadir."),
        ("Bisnis.com, JAKARTA — Menteri hadir.", "Bisnis.com, JAKARTA", "Menteri hadir."),
        ("Mataram, NTB (ANTARA News) - Sebanyak 29 pabrik.", "Mataram, NTB (ANTARA News)", "Sebanyak 29 pabrik."),
        ("ISTANBUL, 23 Februari 2026 (Antara/PRNewswire) --\n\nKota itu.", "ISTANBUL, 23 Februari 2026 (Antara/PRNewswire)", "Kota itu."),
        ("Toyota - produsen mobil - menambah modal.", None, "Toyota - produsen mobil - menambah modal."),
        ("Bank BRI-BNI menyalurkan kredit.", None, "Bank BRI-BNI menyalurkan kredit."),
        ("Kemenperin menyiapkan Rp 10 - Rp 12 miliar.", None, "Kemenperin menyiapkan Rp 10 - Rp 12 miliar."),
    ],
)
def test_a_dateline_is_kept_apart(text: str, dateline: str | None, rest: str) -> None:
    assert split_dateline(text) == (dateline, rest)


def test_the_title_and_date_above_the_text_are_left_out() -> None:
    found = [Paragraph(t) for t in ("Ekonomi", "Pabrik dibuka", "Selasa, 3 November 2026 10:15 WIB", "Menteri membuka pabrik.")]
    assert [p.text for p in without_head(found, "Pabrik Dibuka")] == ["Menteri membuka pabrik."]


def test_paywalls_and_cut_texts_are_seen() -> None:
    assert is_paywalled("Awal cerita. Untuk lanjut, berlangganan sekarang.")
    assert is_truncated("Menteri membuka pabrik itu dan … Baca selengkapnya")
    assert not is_paywalled("Pelanggan listrik bertambah.")


def test_bytes_decide_the_charset() -> None:
    assert decode("naik — kopi".encode(), "iso-8859-1") == "naik — kopi"
    assert decode("naik — kopi".encode("windows-1252"), "utf-8") == "naik — kopi"


@pytest.mark.parametrize(
    ("html", "dateline"),
    [
        ("<p><b>Liputan6.com, Jakarta</b> London menutup pabrik itu.</p>", "Liputan6.com, Jakarta"),
        ("<p><strong>JAKARTA, KOMPAS.com</strong> - London menutup pabrik itu.</p>", "JAKARTA, KOMPAS.com"),
        ("<p>ISTANBUL, 23 Mei 2016 (Antara) -</p><p>London menutup pabrik itu.</p>", "ISTANBUL, 23 Mei 2016 (Antara)"),
    ],
)
def test_a_dateline_in_bold_or_on_its_own_line_is_kept_apart(html: str, dateline: str) -> None:
    found = clean(paragraphs(parse(f"<html><body><div>{html}</div></body></html>").find(".//div"), dropper()))
    assert split_dateline(join(without_head(found, "Judul"))) == (dateline, "London menutup pabrik itu.")
