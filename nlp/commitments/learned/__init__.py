"""Small learned parts beside the rules: linear models over what the rules see and the words around an amount.

Trained by `nlp.training.roles`; the card is README.md here. No library at run time but numpy.
"""
