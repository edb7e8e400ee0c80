"""The shape of the house: what import-linter cannot see, and how big a room may be."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("crawler", "nlp", "api")
MODULE_CAP = 500
FUNCTION_CAP = 60
STRINGS = re.compile(r"""["']((?:crawler|nlp|api|scrapy)(?:\.\w+)+)["']""")


def modules() -> list[Path]:
    return sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.py") if "migrations/versions" not in p.as_posix())


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("module", modules(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_module_is_a_small_room(module: Path) -> None:
    lines = module.read_text(encoding="utf-8").count("\n")
    assert lines <= MODULE_CAP, f"{lines} lines: split it, one idea each"


@pytest.mark.parametrize("module", modules(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_function_fits_on_a_screen(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    long = [f.name for f in functions(tree) if (f.end_lineno or f.lineno) - f.lineno + 1 > FUNCTION_CAP]
    assert not long, f"longer than {FUNCTION_CAP} lines: {long}"


@pytest.mark.parametrize("module", modules(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_module_says_what_it_is_for(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    assert not tree.body or ast.get_docstring(tree), "a module starts with a docstring"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_marker_is_empty(package: str) -> None:
    assert (ROOT / package / "__init__.py").read_text(encoding="utf-8").strip() == ""


def test_dotted_paths_in_strings_name_modules_that_exist_and_stay_in_their_package() -> None:
    for module in modules():
        package = module.relative_to(ROOT).parts[0]
        for dotted in STRINGS.findall(module.read_text(encoding="utf-8")):
            first, *rest = dotted.split(".")
            if first == "scrapy" or not rest:
                continue
            places = [ROOT / "/".join([first, *rest[:n]]) for n in range(1, len(rest) + 1)]
            exists = any(p.is_dir() or p.with_suffix(".py").exists() for p in places)
            if exists:
                assert package == "api" or first in {package, "scrapy"}, f"{module}: the string {dotted!r} reaches into another package"


def test_scrapy_settings_name_only_the_crawler_and_scrapy() -> None:
    text = (ROOT / "crawler" / "settings.py").read_text(encoding="utf-8")
    dotted = re.findall(r"""["']([a-z_]+(?:\.\w+){1,})["']""", text)
    assert dotted
    assert all(name.startswith(("crawler.", "scrapy.")) for name in dotted), dotted


@pytest.mark.parametrize("module", modules(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_nobody_swallows_everything(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    broad = [
        n.lineno
        for n in ast.walk(tree)
        if isinstance(n, ast.ExceptHandler)
        and (n.type is None or (isinstance(n.type, ast.Name) and n.type.id in {"Exception", "BaseException"}))
    ]
    assert not broad, f"broad except in lines {broad}"


def test_a_web_request_loads_no_heavy_library() -> None:
    served = "api.routes, api.web, api.store, api.search, api.alerts, api.ledger"
    code = f"import sys, {served}; print([m for m in ('scrapy', 'spacy', 'torch', 'onnxruntime') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_no_file_names_somebodys_home() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, cwd=ROOT, check=False)
    names = list(filter(None, listed.stdout.split("\0"))) or [p.relative_to(ROOT).as_posix() for p in modules()]
    home = re.compile(rb"(?<![\w.])/(?:root|home/\w+|Users/\w+)/")
    small = [p for p in map(ROOT.__truediv__, names) if p.is_file() and p.stat().st_size < 1_000_000]
    assert [p.name for p in small if home.search(p.read_bytes())] == []
