"""The house plan: who may import whom, what is public, what is light."""

import ast
import functools
import importlib
import re
import subprocess
import sys
from importlib.metadata import metadata, requires
from pathlib import Path
from types import FunctionType

import pytest

import voicekit

ROOT = Path(voicekit.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))

# Lower rooms first; a module may import its own level and whatever stands below it.
LEVELS = {
    "values": 0,
    "providers": 1,
    "offline": 1,
    "audio": 1,
    "library": 2,
    "engine": 3,
    "studio": 4,
    "panels": 5,
    "listening": 5,
    "magics": 5,
}
LAZY_UPWARD = {
    ("studio", "panels"),
    ("studio", "sandbox"),
    ("comparison", "listening"),
    ("comparison", "audio"),
    ("clip", "audio"),
}


def name_of(path):
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def room(module):
    parts = module.split(".")
    if len(parts) == 1:
        return "voicekit"
    return parts[1] if parts[1] in LEVELS or parts[1] == "sandbox" else "values"


def imports(path):
    """Yield (imported module, whether at module level) of one file."""
    tree = ast.parse(path.read_text())
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
        for name in names:
            yield name, id(node) in top


def is_upward(importer, imported):
    if "sandbox" in (importer, imported):
        allowed = {"sandbox", "offline", "audio", "values"}
        return importer != "sandbox" or imported not in allowed
    return LEVELS[imported] > LEVELS[importer]


@functools.cache
def own_imports():
    return [
        (name_of(path), imported, at_top)
        for path in MODULES
        for imported, at_top in imports(path)
        if imported.startswith("voicekit.") and name_of(path) != "voicekit"
    ]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_imports_upward(path):
    """Imports at module level go down the house, never up."""
    wrong = [
        imported
        for module, imported, at_top in own_imports()
        if module == name_of(path)
        and at_top
        and is_upward(room(module), room(imported))
    ]
    assert wrong == []


def test_lazy_upward_imports_are_the_listed_ones():
    """An import inside a function goes up only where the design says so."""
    found = {
        (module.split(".")[-1], room(imported))
        for module, imported, at_top in own_imports()
        if not at_top
        and is_upward(room(module), room(imported))
        and not _only_for_types(module, imported)
    }
    assert found <= LAZY_UPWARD


def _only_for_types(module, imported):
    path = next(path for path in MODULES if name_of(path) == module)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for inner in ast.walk(node):
                if isinstance(inner, ast.ImportFrom) and imported.startswith(
                    inner.module
                ):
                    return True
    return False


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_providers_do_no_io_and_only_the_engine_speaks_http(path):
    """Providers import nothing that acts; httpx stands in engine and sandbox alone."""
    module, roots = name_of(path), {name.split(".")[0] for name, _ in imports(path)}
    if room(module) == "providers":
        acting = {"httpx", "pandas", "IPython", "asyncio", "threading", "socket"}
        assert not roots & acting
    if "httpx" in roots:
        assert room(module) in ("engine", "sandbox")


WITH_NAMES = [path for path in MODULES if "__all__ = [" in path.read_text()]


@pytest.mark.parametrize("path", WITH_NAMES, ids=name_of)
def test_public_names_are_listed_and_exist(path):
    """Each __all__ names exactly the classes and functions that a module makes."""
    module = importlib.import_module(name_of(path))
    listed = set(module.__all__)
    made = {
        name
        for name, value in vars(module).items()
        if getattr(value, "__module__", None) == module.__name__
        and isinstance(value, type | FunctionType)
        and not name.startswith("_")
    }
    assert len(module.__all__) == len(listed)
    assert made - listed == set()
    assert [name for name in listed if not hasattr(module, name)] == []


def test_voicekit_offers_exactly_its_public_names():
    """dir(voicekit) is __all__, and each name can be had."""
    assert dir(voicekit) == sorted(voicekit.__all__)
    for name in voicekit.__all__:
        assert getattr(voicekit, name) is not None
    with pytest.raises(AttributeError):
        _ = voicekit.nothing_of_that_name


def test_a_first_clip_imports_no_heavy_library():
    """Speaking offline loads no pandas, ipywidgets, matplotlib, scipy or httpx."""
    code = (
        "import sys, voicekit as vk\n"
        "s = vk.Studio(providers=['offline']); s.speak('Hello', 'offline:en-us')\n"
        "print([m for m in ('pandas', 'numpy', 'ipywidgets', 'matplotlib', 'scipy', "
        "'IPython', 'httpx') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_licences_of_base_dependencies_are_known():
    """Every package that voicekit installs may be used under Apache-2.0 terms."""
    assert {name: _licence(name) for name in _base_dependencies()} == LICENCES


LICENCES = {
    "anywidget": "MIT",
    "cryptography": "Apache-2.0 OR BSD-3-Clause",
    "espeakng-loader": "GPL in its own process",
    "filelock": "MIT",
    "httpx": "BSD-3-Clause",
    "ipython": "BSD-3-Clause",
    "ipywidgets": "BSD-3-Clause",
    "keyring": "MIT",
    "nest-asyncio": "BSD",
    "pandas": "BSD-3-Clause",
    "platformdirs": "MIT",
    "pydantic": "MIT",
    "pyjwt": "MIT",
    "soundfile": "BSD-3-Clause",
    "sqlalchemy": "MIT",
    "tinytag": "MIT",
    "tqdm": "MPL-2.0 AND MIT",
}


def _base_dependencies():
    return sorted(
        requirement.split(">")[0].split("<")[0].lower()
        for requirement in requires("voicekit")
        if "extra ==" not in requirement
    )


def _licence(name):
    if name == "espeakng-loader":
        # The wheel's code is MIT; the eSpeak NG that it carries is GPL-3.0-or-later,
        # and runs in the worker process alone.
        return "GPL in its own process"
    said = metadata(name)
    text = said.get("License-Expression") or said.get("License") or ""
    known = (
        "Apache-2.0 OR BSD-3-Clause",
        "BSD-3-Clause",
        "MPL-2.0 AND MIT",
        "MIT",
        "BSD",
    )
    names = [text, *(c for c in said.get_all("Classifier") or () if "License" in c)]
    alike = "\n".join(names).replace("BSD 3-Clause", "BSD-3-Clause")
    return next((one for one in known if re.search(rf"\b{one}\b", alike)), alike)
