"""Makes the bundled embedding model from a public package, reproducibly. Not used at run time; see README.md beside this."""
