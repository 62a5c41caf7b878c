"""The HTML of the live page, in a language and under a brand."""

import html
import json
from collections.abc import Mapping
from pathlib import Path
from string import Template

from arpipe.apps.web.brand import Brand
from arpipe.apps.web.texts import Texts

PAGES = Path(__file__).resolve().parent / "html"


def render_page(name: str, texts: Texts, languages: Mapping[str, Texts], brand: Brand) -> str:
    """Return a page.

    Args:
        name: Name of a file in `html/`.
        texts: Texts of its language.
        languages: All languages, to choose from.
        brand: Name and logo.
    """
    values = {key: html.escape(text) for key, text in texts.page.items()}
    script = json.dumps({**texts.script, "brand": brand.name}, ensure_ascii=False).replace("<", "\\u003c")
    options = "".join(
        f'<option value="{code}" lang="{code}">{html.escape(each.name)}</option>'
        for code, each in languages.items()
    )
    return Template((PAGES / name).read_text(encoding="utf-8")).substitute(
        values,
        lang=texts.code,
        brand=html.escape(brand.name),
        label=html.escape(brand.label),
        title=html.escape(f"{brand.name} {brand.label}".strip()),
        logo="/logo" if brand.logo is not None else "/static/logo.svg",
        icon="/logo" if brand.logo is not None else "/static/icon.svg",
        script_texts=script,
        languages=options,
    )
