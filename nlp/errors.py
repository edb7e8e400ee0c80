"""What can go wrong while understanding a text, and what to do about it.

NlpError
├── RegistryError   a registry or rule file is wrong       → refuse: start-up stops with file and row
├── ModelError      a model file is missing or unfit       → fall back where one exists, else refuse
└── GoldError       an annotation file is malformed        → refuse: the evaluation stops with file and line
"""


class NlpError(Exception):
    """Root of everything the NLP raises on purpose."""


class RegistryError(NlpError):
    """A registry, rule or table file is invalid. The message names file, row and field."""


class ModelError(NlpError):
    """A model is missing, damaged, or does not fit what is configured."""


class GoldError(NlpError):
    """An annotation file cannot be read. The message names file and line."""
