"""The bundled sample newsroom: invented outlets with real-life markup, served over local HTTP, and annotated in the gold form.

Texts are our own words about public facts of Indonesian industry; the outlets and their staff are invented. `articles/<outlet>/<slug>.yml`
holds one article each, `newsroom.yml` the outlets, `templates/<outlet>/` their pages, `sources/*.yml` how the crawler reads them.
"""

from pathlib import Path

HERE = Path(__file__).parent
SOURCES = HERE / "sources"
"""The source files that read it."""
OUTLETS = HERE / "outlets.yml"
"""Its outlets, in the form of `crawler/outlets.yml`."""
GOLD = HERE / "gold.jsonl"
"""Its annotations, in the gold form."""
QUESTIONS = HERE / "questions.tsv"
"""What a person may ask it: language, article, query."""
