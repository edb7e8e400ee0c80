"""Spool → analysis → store: the one writer of articles and facts."""
