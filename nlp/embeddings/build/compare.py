"""How close two folders of the same model are: cosine text by text, and whether their tokenizers cut texts the same way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from nlp.embeddings.base import clean
from nlp.embeddings.onnx import OnnxEmbedder

TEXTS = (
    "Kementerian Perindustrian menyalurkan bantuan mesin dan peralatan kepada perajin mebel di Jepara.",
    "Bank itu menargetkan penyaluran kredit usaha rakyat sebesar Rp 100 miliar sampai akhir tahun.",
    "Pabrik baterai kendaraan listrik di Karawang mulai berproduksi pada kuartal kedua.",
    "The ministry will subsidise the purchase of new looms for small weaving workshops.",
    "Two state-owned banks signed a financing agreement with the nickel smelter.",
    "Ekspor tekstil dan produk tekstil turun 3,4% dibanding tahun lalu (year-on-year).",
    "“Kami berkomitmen menambah investasi US$ 1,5 miliar,” ujar direktur utama perseroan.",
    "harga gabah di tingkat petani naik, pemerintah menugaskan bulog menyerap hasil panen",
    "\ufdfa" * 10,
    "",
    "Rp\u00a0100.000.000,- ½ ① ﬁnansial — café…",
    "Industri kecil dan menengah (IKM) " * 80,
)


def compare(one: Path, other: Path, texts: tuple[str, ...] = TEXTS) -> dict[str, float | int | list[float]]:
    """Cosines of passage vectors (each, mean, least) and how many texts get the same pieces in both folders."""
    left, right = (OnnxEmbedder(folder).embed_passages(texts) for folder in (one, other))
    cosines = np.sum(left * right, axis=1)
    cutters = [Tokenizer.from_file(str(folder / "tokenizer.json")) for folder in (one, other)]
    same = sum(cutters[0].encode(clean(t)).ids == cutters[1].encode(clean(t)).ids for t in texts)
    return {
        "texts": len(texts),
        "same_pieces": same,
        "cosine_mean": float(np.round(cosines.mean(), 5)),
        "cosine_min": float(np.round(cosines.min(), 5)),
        "cosine": [float(c) for c in np.round(cosines, 5)],
    }
