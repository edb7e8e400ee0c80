"""The shipped NER: it loads, marks names, and a damaged copy is refused; roots of words in the pipeline."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import spacy

from nlp.errors import ModelError
from nlp.language import load_language
from nlp.ner import MODEL, add_ner


def test_the_ner_marks_people_bodies_and_places_with_offsets() -> None:
    text = "Direktur Utama PT Maju Jaya Tbk Budi Santoso meresmikan pabrik di Jawa Barat bersama Kementerian Perindustrian."
    doc = load_language(entities=False, ner=True)(text)
    found = {(text[span.start_char : span.end_char], span.label_) for span in doc.ents}
    assert {("Budi Santoso", "PER"), ("Kementerian Perindustrian", "ORG"), ("Jawa Barat", "LOC")} <= found


def test_the_model_is_at_most_15_megabytes() -> None:
    assert sum(file.stat().st_size for file in MODEL.rglob("*")) <= 15_000_000


def test_a_damaged_model_is_refused_with_the_file_and_the_remedy(tmp_path: Path) -> None:
    folder = tmp_path / "ner"
    shutil.copytree(MODEL, folder)
    (folder / "moves").write_bytes(b"other")
    with pytest.raises(ModelError, match=r"moves is not the file that meta\.json names"):
        add_ner(spacy.blank("id"), folder)
    with pytest.raises(ModelError, match="NER model"):
        add_ner(spacy.blank("id"), tmp_path / "absent")


def test_words_of_one_root_have_one_lemma() -> None:
    doc = load_language(entities=False)("menyalurkan penyaluran disalurkan")
    assert {token.lemma_ for token in doc} == {"salur"}
