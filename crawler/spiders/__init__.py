"""One generic spider, driven by a Source."""
