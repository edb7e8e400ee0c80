"""How an article is cut: offsets that hold, nothing left out, paragraph borders, overlap."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nlp.embeddings.chunks import MAX_ATOM, TARGET_WORDS, chunk_id, split

SENTENCE = "Pabrik baru itu akan menyerap tenaga kerja dari desa sekitar mulai tahun depan. "
PARAGRAPH = (SENTENCE * 5).strip()
TEXTS = st.text(st.sampled_from("ab. \n!?”A1"), max_size=1500)


@given(TEXTS, TEXTS, st.integers(4, 200))
def test_a_chunk_repeats_exactly_what_its_offsets_say(title: str, body: str, target: int) -> None:
    for chunk in split(title, body, target=target):
        head = f"{title.strip()}\n" if title.strip() and chunk.end else title.strip()
        assert chunk.text == head + body[chunk.start : chunk.end]


@given(TEXTS, st.integers(4, 200))
def test_every_visible_character_is_in_a_chunk(body: str, target: int) -> None:
    covered = {at for chunk in split("Judul", body, target=target) for at in range(chunk.start, chunk.end)}
    assert all(at in covered for at, character in enumerate(body) if not character.isspace())


@given(TEXTS, st.integers(4, 200))
def test_chunks_come_in_order_and_stay_small(body: str, target: int) -> None:
    chunks = split("", body, target=target)
    assert [c.start for c in chunks] == sorted({c.start for c in chunks})
    assert all(len(c.text.split()) <= 2 * target + 1 for c in chunks)


def test_an_article_is_cut_at_paragraph_borders() -> None:
    body = "\n\n".join([PARAGRAPH] * 8)
    chunks = split("Pabrik baru", body)
    assert len(chunks) > 2
    assert all(body[c.end : c.end + 2] in {"\n\n", ""} for c in chunks)
    assert all(TARGET_WORDS / 2 <= len(c.text.split()) <= TARGET_WORDS * 1.4 for c in chunks)


def test_a_chunk_begins_with_the_last_sentence_of_the_one_before() -> None:
    body = " ".join(f"Kalimat nomor {n} menyebut hal yang lain sama sekali di sini." for n in range(60))
    first, second, *_ = split("", body)
    assert body[second.start : first.end] == "Kalimat nomor 15 menyebut hal yang lain sama sekali di sini."


def test_the_first_chunk_is_title_and_lead() -> None:
    chunk = split("Kredit untuk perajin", "Bank daerah membuka kredit baru.\nPerajin menyambutnya.")[0]
    assert chunk.text == "Kredit untuk perajin\nBank daerah membuka kredit baru.\nPerajin menyambutnya."


def test_a_short_form_ends_no_sentence() -> None:
    body = "Perusahaan itu, PT. Maju Jaya Tbk. di Jl. Merdeka No. 5, membangun gudang. " * 20
    assert all(not c.text.endswith(("PT.", "No.", "Jl.")) for c in split("", body))


def test_title_alone_is_one_chunk_and_nothing_is_none() -> None:
    assert [(c.text, c.start, c.end) for c in split(" Judul saja ", " \n ")] == [("Judul saja", 0, 0)]
    assert split("", " ") == ()


def test_a_text_without_spaces_is_cut_all_the_same() -> None:
    assert max(len(c.text) for c in split("", "x" * 50_000)) <= 2 * MAX_ATOM


def test_the_chunk_id_depends_on_text_and_model() -> None:
    ids = {chunk_id("a", "m"), chunk_id("a", "n"), chunk_id("b", "m"), chunk_id("\ud800", "m")}
    assert len(ids) == 4
    assert all(len(i) == 64 for i in ids)
