"""The commands of `pantau`, a module a family. They parse, call the library, print; they hold no logic of their own."""
