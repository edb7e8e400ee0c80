"""The registries: companies, public bodies, associations, programmes, people and places, with their names.

Light on purpose (csv and json of the standard library): the query grammar, the pages and the NLP all read it. `load_registry()`
takes some tens of milliseconds; callers keep what it returns.
"""

from nlp.registry.check import check
from nlp.registry.registry import Registry, comparable, load_registry
from nlp.registry.rows import Alias, Office, Problem, Row, Rule

__all__ = ["Alias", "Office", "Problem", "Registry", "Row", "Rule", "check", "comparable", "load_registry"]
