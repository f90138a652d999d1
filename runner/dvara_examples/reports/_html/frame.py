"""What all our pages share: the template environment, and the style with its digest for the content security policy."""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dvara_examples.reports._wording import visible


@dataclass(frozen=True, slots=True)
class PageStyle:
    """The *text* of the style, and its SHA-256 *digest* in base64 for the page's policy."""

    text: Markup
    digest: str


@cache
def page_templates(package: str | None = None) -> Environment:
    """Return the template environment of the reports; templates in the folder ``templates`` of *package* take precedence."""
    own = PackageLoader("dvara_examples.reports._html", "templates")
    return Environment(
        loader=ChoiceLoader([PackageLoader(package, "templates"), own]) if package else own,
        autoescape=True,
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def page_style() -> PageStyle:
    """Return the style of the pages."""
    environment = page_templates()
    assert environment.loader is not None
    text = environment.loader.get_source(environment, "style.css")[0]
    return PageStyle(Markup(text), base64.b64encode(hashlib.sha256(text.encode()).digest()).decode())  # noqa: S704 - a file of ours


def _finalize(value: object) -> object:
    """Make misleading characters visible in everything that goes into a template."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
