"""The brand of the live page: name, logo and colours, from a TOML file.

```toml
name = "Lookout Eyewear"
label = "virtual mirror"
logo = "logo.svg"            # beside this file

[colors]
accent = "#1f5c4a"

[dark]                       # for visitors who prefer dark pages
accent = "#7fd0b5"
```
"""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from arpipe.errors import ConfigError
from arpipe.folders import expanded
from arpipe.io.toml_tables import read_toml
from arpipe.io.validation import check

LEAST_CONTRAST = 4.5  # of text, WCAG 2.2 AA
DARK_TEXT, LIGHT_TEXT = "#17141b", "#ffffff"
LOGO_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp", ".jpg": "image/jpeg"}
DERIVED = {
    "soft": "color-mix(in srgb, var(--ink) 72%, var(--ground))",
    "line": "color-mix(in srgb, var(--ink) 13%, var(--ground))",
    "wash": "color-mix(in srgb, var(--ink) 6%, var(--ground))",
}
"""Colours that follow from text and background, where a brand changes these."""

Hex = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class BrandColors(BaseModel):
    """Colours of the page, as "#rrggbb"; None keeps arpipe's own.

    Attributes:
        accent: Main buttons, sliders and what is selected.
        ground: Background of the page.
        sheet: Background of panels.
        ink: Text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    accent: Hex | None = None
    ground: Hex | None = None
    sheet: Hex | None = None
    ink: Hex | None = None


LIGHT = BrandColors(accent="#c93a36", ground="#f6f4f1", sheet="#ffffff", ink="#1d1b20")
DARK = BrandColors(accent="#ff6a62", ground="#121115", sheet="#1d1b21", ink="#f3f0f5")
"""Colours of the style sheet."""


class Brand(BaseModel):
    """The brand of the live page.

    Attributes:
        name: Name in the header, in the title and in the names of saved files.
        label: Small word after the name; may be empty.
        logo: SVG, PNG, WebP or JPEG file that is shown before the name; None for arpipe's own.
        colors: Colours of the page.
        dark: Colours of the page for visitors who prefer dark pages.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(default="arpipe", min_length=1, max_length=60)
    label: str = Field(default="live", max_length=60)
    logo: Path | None = None
    colors: BrandColors = BrandColors()
    dark: BrandColors = BrandColors()


def read_brand(path: Path | None) -> Brand:
    """Read a brand; None for arpipe's own.

    Raises:
        ConfigError: The file is wrong, its text could not be read on its background, or there is no such logo.
    """
    if path is None:
        return Brand()
    file = expanded(path)
    brand = check(Brand, read_toml(file), str(file))
    _require_contrast(brand, file)
    if brand.logo is None:
        return brand
    logo = file.parent / brand.logo
    if logo.suffix.lower() not in LOGO_TYPES:
        raise ConfigError(f"{file}: logo: {logo.name}: expected one of {', '.join(LOGO_TYPES)}")
    if not logo.is_file():
        raise ConfigError(f"{file}: logo: there is no file {logo}")
    return brand.model_copy(update={"logo": logo})


def _require_contrast(brand: Brand, file: Path) -> None:
    for name, colors, usual in (("colors", brand.colors, LIGHT), ("dark", brand.dark, DARK)):
        whole = usual.model_copy(update=colors.model_dump(exclude_none=True))
        for background in ("ground", "sheet"):
            ratio = contrast(str(whole.ink), str(getattr(whole, background)))
            if ratio < LEAST_CONTRAST:
                raise ConfigError(
                    f"{file}: {name}: ink on {background} has a contrast of {ratio:.1f}; "
                    f"text needs at least {LEAST_CONTRAST}"
                )


def brand_css(brand: Brand) -> str:
    """Return a style sheet with the colours that a brand changes."""
    schemes = {"light": _rules(brand.colors), "dark": _rules(brand.dark)}
    return "".join(
        f"@media (prefers-color-scheme: {name}) {{ {rules} }}\n" for name, rules in schemes.items() if rules
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours such as "#c93a36", from 1 to 21, as WCAG defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def text_on(color: str) -> str:
    """Return the colour of text on a background, dark or light, whichever is easier to read."""
    return max((LIGHT_TEXT, DARK_TEXT), key=lambda text: contrast(text, color))


def _rules(colors: BrandColors) -> str:
    values = colors.model_dump(exclude_none=True)
    if colors.accent is not None:
        values["on-accent"] = text_on(colors.accent)
    if colors.ink is not None or colors.ground is not None:
        values |= DERIVED
    return f":root {{ {' '.join(f'--{key}: {value};' for key, value in values.items())} }}" if values else ""


def _luminance(color: str) -> float:
    channels = [int(color[place : place + 2], 16) / 255.0 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
