"""The recipe for a container: it needs a daemon to be built, but what it names is checked here."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from arpipe.apps.web.security import Access
from arpipe.config import WebConfig, load_config
from arpipe.errors import ConfigError

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text().replace("\\\n", " ")
PUBLIC = "https://try.shop.example"


def instructions(name):
    return re.findall(rf"^{name} (.*)$", DOCKERFILE, re.MULTILINE)


def environment():
    words = shlex.split(" ".join(instructions("ENV")))
    return dict(word.split("=", 1) for word in words) | {"ARPIPE_WEB__PUBLIC_URL": PUBLIC}


def copied():
    return [
        source
        for paths in instructions("COPY")
        if not paths.startswith("--from")
        for source in paths.split()[:-1]
    ]


def test_the_wheel_is_built_from_everything_that_its_build_names():
    hatch = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    hook = hatch["hooks"]["custom"].get("path", "hatch_build.py")  # hatchling's default
    assert {hook, *hatch["only-include"]} <= set(copied())


def test_what_is_copied_is_there_and_not_ignored():
    allowed = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().split()
        if line.startswith("!")
    }
    sources = copied()
    assert len(sources) > 5
    for source in sources:
        assert (ROOT / source).exists(), source
        assert source.split("/")[0] in allowed, source


def test_the_cpu_renderer_is_required_because_there_is_no_opengl():
    assert any("ARPIPE_NATIVE=require" in step.split() for step in instructions("RUN"))
    assert "apt-get" not in DOCKERFILE


def test_the_container_listens_for_its_proxy_and_accepts_the_public_page_only():
    web = load_config(environ=environment()).web
    access = Access.of(web)
    assert (web.host, access.token, access.secure) == ("0.0.0.0", None, False)  # noqa: S104 - in a container
    assert access.accepts_host("try.shop.example")
    assert not access.accepts_host("192.168.1.20:8000")
    assert access.accepts_origin(PUBLIC, "try.shop.example")
    assert not access.accepts_origin("https://other.example", "try.shop.example")
    assert f"EXPOSE {web.port}" in DOCKERFILE
    assert f"127.0.0.1:{web.port}/about.json" in DOCKERFILE
    assert "USER arpipe" in DOCKERFILE


@pytest.mark.parametrize("public_url", [None, "http://try.shop.example"])
def test_a_proxy_without_tls_is_refused(public_url):
    with pytest.raises(ConfigError, match="web.behind_proxy needs the https address"):
        Access.of(WebConfig(host="0.0.0.0", behind_proxy=True, public_url=public_url))  # noqa: S104 - refused
