"""How the documentation is built: Sphinx, MyST, furo, and code that runs (in _ext)."""

import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

from clearprop._version import __version__

project = "clearprop"
author = "The clearprop authors"
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "mathml",
    "code_cell",
    "command",
]
exclude_patterns = ["_build"]

# The contents take in pages as they are written, so an empty section is no fault. Sphinx gives this
# warning a subtype but no type, which puts it out of reach of `suppress_warnings`.
logging.getLogger("sphinx.sphinx.directives.other").addFilter(
    lambda record: getattr(record, "subtype", "") != "empty_glob"
)

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# `x` in a docstring is code, as it is in Markdown.
default_role = "code"
autodoc_member_order = "bysource"
napoleon_numpy_docstring = False

html_math_renderer = "mathml"
html_theme = "furo"
html_title = f"clearprop {version}"
html_show_copyright = False
html_static_path = ["_static"]
html_css_files = ["cells.css"]
