"""Languages and brand of the page."""

import re
from pathlib import Path

import pytest

from arpipe.apps.web.brand import DARK, LIGHT, Brand, brand_css, contrast, read_brand, text_on
from arpipe.apps.web.catalog import EffectCatalog
from arpipe.apps.web.files import STATIC
from arpipe.apps.web.pages import PAGES, render_page
from arpipe.apps.web.texts import choose_language, load_texts
from arpipe.errors import ConfigError

LANGUAGES = load_texts()
PLACEHOLDER = re.compile(r"\{\w+\}")


def catalog_texts():
    """Every English text of the catalog."""
    found = []
    EffectCatalog().to_json(lambda english: found.append(english) or english)
    return sorted(set(found))


def test_english_german_and_spanish_come_with_arpipe():
    assert {code: each.name for code, each in LANGUAGES.items()} == {
        "de": "Deutsch",
        "en": "English",
        "es": "Español",
    }


@pytest.mark.parametrize("code", ["de", "es"])
def test_every_text_has_every_language(code):
    english, other = LANGUAGES["en"], LANGUAGES[code]
    assert list(other.page) == list(english.page)
    assert list(other.script) == list(english.script)
    for key, text in english.script.items():
        assert sorted(PLACEHOLDER.findall(other.script[key])) == sorted(PLACEHOLDER.findall(text)), key


@pytest.mark.parametrize("code", ["de", "es"])
def test_every_effect_is_translated(code, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    texts = LANGUAGES[code]
    unlike = {
        "Browline",
        "Coral",
        "Nude",
        "Panto",
        "Wayfarer",
        "Champagne",
        "Natural",
        "Festival",
        "Color",
        "natural",
        "Gold",
        "Olive",
    }
    for english in catalog_texts():
        listed = english in texts.catalog
        assert listed or ": " in texts.translate(english), english
        assert english in unlike or texts.translate(english) != english or code == "de", english


def test_no_translation_is_left_over():
    known = {*catalog_texts(), *(word for english in catalog_texts() for word in english.split(" ", 1))}
    for code in ("de", "es"):
        unused = [
            english
            for english in LANGUAGES[code].catalog
            if english not in known and english.lower() not in known
        ]
        assert unused == [], code


def test_every_text_is_used():
    pages = "".join(path.read_text() for path in PAGES.glob("*.html"))
    scripts = "".join(path.read_text() for path in STATIC.glob("*.js"))
    assert [key for key in LANGUAGES["en"].page if f"${{{key}}}" not in pages] == []
    for key in LANGUAGES["en"].script:
        assert f'"{key}"' in scripts or key.endswith("_text"), key
    for key in re.findall(r'\btext\("(\w+)"', scripts):
        assert key in LANGUAGES["en"].script, key


@pytest.mark.parametrize("name", ["live.html", "full.html"])
@pytest.mark.parametrize("code", ["de", "en", "es"])
def test_pages_are_complete(name, code):
    brand = Brand(name="A & B", label="")
    page = render_page(name, LANGUAGES[code], LANGUAGES, brand)
    assert f'<html lang="{code}">' in page
    assert "A &amp; B" in page
    assert "${" not in page


def test_texts_cannot_leave_their_place():
    evil = Brand(name="</script><script>alert(1)</script>")
    assert "<script>alert" not in render_page("live.html", LANGUAGES["en"], LANGUAGES, evil)


@pytest.mark.parametrize(
    ("asked", "setting", "accepted", "expected"),
    [
        (None, "auto", "", "en"),
        (None, "auto", "de-AT,de;q=0.9,en;q=0.5", "de"),
        (None, "auto", "fr;q=0.9, es;q=0.8, en;q=0.7", "es"),
        (None, "auto", "en;q=0.1, es", "es"),
        (None, "auto", "es;q=0, fr", "en"),
        (None, "auto", "*, ;;;, de;q=x, \x00", "en"),
        (None, "es", "de", "es"),
        ("de", "es", "es", "de"),
        ("xx", "auto", "de", "de"),
        ("DE-ch", "auto", "", "de"),
    ],
)
def test_the_language_follows_link_setting_and_browser(asked, setting, accepted, expected):
    assert choose_language(LANGUAGES, asked, setting, accepted) == expected


def test_an_operator_changes_texts_and_adds_languages(tmp_path):
    (tmp_path / "de.toml").write_text('[page]\nadjust = "Feinschliff"\n[catalog]\n"My look" = "Mein Look"\n')
    english = LANGUAGES["en"]
    lines = ['name = "Português"']
    for group in ("page", "script"):
        lines += [f"[{group}]", *(f'{key} = "x"' for key in getattr(english, group))]
    (tmp_path / "pt-BR.toml").write_text("\n".join(lines))
    languages = load_texts(tmp_path)
    assert set(languages) == {"de", "en", "es", "pt-br"}
    assert choose_language(languages, "pt-BR", "auto", "") == "pt-br"
    assert choose_language(languages, None, "auto", "pt-BR,pt;q=0.9") == "pt-br"
    assert (languages["de"].page["adjust"], languages["de"].page["reset"]) == ("Feinschliff", "Zurücksetzen")
    assert languages["de"].translate("My look") == "Mein Look"
    assert languages["de"].translate("Aviator") == "Pilotenbrille"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("de.toml", '[page]\nadjsut = "x"\n', "page.adjsut: unknown text; did you mean 'adjust'?"),
        ("fr.toml", 'name = "Français"\n', "): page.skip"),
        ("de.toml", "[page]\nadjust = 3\n", "page.adjust"),
        ("de.toml", "[pages]\n", "pages"),
        ("de.toml", "[page\n", "not valid TOML"),
        ("german.toml", "", "not a language code"),
    ],
)
def test_mistakes_in_texts_are_told(tmp_path, name, text, expected):
    (tmp_path / name).write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_texts(tmp_path)
    assert expected in str(caught.value)


def test_the_folder_may_be_in_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "de.toml").write_text('[page]\nadjust = "Feinschliff"\n')
    assert load_texts(Path("~"))["de"].page["adjust"] == "Feinschliff"


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(ConfigError, match="there is no folder"):
        load_texts(tmp_path / "none")


def test_a_brand_is_read_with_its_logo(tmp_path):
    (tmp_path / "logo.svg").write_text("<svg/>")
    (tmp_path / "brand.toml").write_text(
        'name = "Lookout"\nlogo = "logo.svg"\n[colors]\naccent = "#ffd54a"\nground = "#ffffff"\n'
        '[dark]\naccent = "#0a2540"\n'
    )
    brand = read_brand(tmp_path / "brand.toml")
    assert (brand.name, brand.logo) == ("Lookout", tmp_path / "logo.svg")
    css = brand_css(brand)
    light, dark = css.splitlines()
    assert light.startswith(
        "@media (prefers-color-scheme: light) { :root { --accent: #ffd54a; --ground: #ffffff; --on-accent: #17141b;"
    )
    assert (
        dark == "@media (prefers-color-scheme: dark) { :root { --accent: #0a2540; --on-accent: #ffffff; } }"
    )
    assert brand_css(read_brand(None)) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[colors]\nink = "#bbbbbb"\n',
            "colors: ink on ground has a contrast of 1.7; text needs at least 4.5",
        ),
        ('[dark]\nground = "#ffffff"\n', "dark: ink on ground"),
        ('logo = "logo.exe"\n', "logo.exe: expected one of .svg"),
        ('logo = "logo.png"\n', "there is no file"),
        ('[colors]\naccent = "red"\n', "colors.accent"),
        ('colour = "#ffffff"\n', "colour"),
        ('name = ""\n', "name"),
    ],
)
def test_brands_that_cannot_be_shown_are_refused(tmp_path, text, expected):
    (tmp_path / "brand.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_brand(tmp_path / "brand.toml")
    assert expected in str(caught.value)


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert (text_on("#ffd54a"), text_on("#0a2540")) == ("#17141b", "#ffffff")


def test_colours_of_the_style_sheet_are_those_that_brands_are_checked_against():
    style = (STATIC / "style.css").read_text()
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[:2]
    for colors, rules in ((LIGHT, light), (DARK, dark)):
        for name, value in colors.model_dump().items():
            written = re.search(rf"--{name}: (#\w+)", rules)[1]
            assert {written, written.replace("#fff", "#ffffff")} & {value}, name
