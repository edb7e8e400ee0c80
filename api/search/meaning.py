"""The vector of a query: that of its words, for an English one halfway to that of its Indonesian gloss.

The model knows many languages, yet texts of one language lie nearer to each other than to their translations: the mean of both
vectors finds more than either (`bench/data/README.md`).
"""

from __future__ import annotations

from api.search.plan import Plan
from nlp.embeddings.base import Embedder, Vectors, unit


def query_vector(embedder: Embedder, plan: Plan) -> Vectors:
    """The unit vector that `plan` looks for; an embedder remembers its parts, so that asking twice costs nothing."""
    vector = embedder.embed_query(plan.text)
    return unit(vector + embedder.embed_query(plan.gloss)) if plan.gloss else vector
