"""The bundled sample newsroom: invented outlets with real-life markup, served over local HTTP, and annotated in the gold form.

Texts are our own words about public facts of Indonesian industry; the outlets and their staff are invented. `articles/<outlet>/<slug>.yml`
holds one article each, `newsroom.yml` the outlets, `templates/<outlet>/` their pages, `sources/*.yml` how the crawler reads them.
"""
