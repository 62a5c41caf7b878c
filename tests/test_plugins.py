import sys

import pytest

from arpipe import plugins
from arpipe.errors import MissingExtra, PluginError
from arpipe.plugins import Extension, extensions


def test_installed_entries_follow_the_built_in_ones(install):
    install("acme-lidar", {"lidar": "acme_lidar:Lidar", "depth": "acme_lidar:Depth"})
    table = extensions("arpipe.sources", {"sample": "arpipe.io.sample.source:SampleSource"})
    assert list(table) == ["sample", "depth", "lidar"]
    assert table["sample"].provider == plugins.BUILT_IN
    assert table["lidar"] == Extension(
        "arpipe.sources", "lidar", "acme_lidar:Lidar", provider="acme-lidar 1.2"
    )


def test_groups_are_apart(install):
    install("acme-lidar", {"lidar": "acme_lidar:Lidar"})
    assert extensions("arpipe.sinks", {}) == {}


def test_nothing_is_imported_before_it_is_loaded(install):
    install("acme-lidar", {"lidar": "acme_lidar:Device.Lidar"}, "class Device:\n    class Lidar: ...\n")
    entry = extensions("arpipe.sources", {})["lidar"]
    assert "acme_lidar" not in sys.modules
    loaded = entry.load()
    assert loaded is sys.modules["acme_lidar"].Device.Lidar


def test_a_module_is_an_extension_too(install):
    install("acme-packs", {"acme": "acme_packs"}, group="arpipe.packs")
    assert extensions("arpipe.packs", {})["acme"].load() is sys.modules["acme_packs"]


def test_a_class_must_derive_from_the_base(install):
    install("acme-lidar", {"lidar": "acme_lidar:Lidar"}, "class Lidar(dict): ...\n")
    entry = extensions("arpipe.sources", {})["lidar"]
    assert entry.load_class(dict) is sys.modules["acme_lidar"].Lidar
    with pytest.raises(PluginError, match=r"subclass of builtins\.list, got .*Lidar.*acme-lidar 1\.2"):
        entry.load_class(list)


def test_an_instance_is_no_class(install):
    install("acme-lidar", {"lidar": "acme_lidar:lidar"}, "lidar = {}\n")
    with pytest.raises(PluginError, match=r"must be a subclass of builtins\.dict, got \{\}"):
        extensions("arpipe.sources", {})["lidar"].load_class(dict)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import no_such_package", "ModuleNotFoundError: No module named 'no_such_package'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("", "AttributeError: module 'acme_lidar' has no attribute 'Lidar'"),
    ],
)
def test_a_failing_import_names_the_distribution(install, code, reason):
    install("acme-lidar", {"lidar": "acme_lidar:Lidar"}, code)
    with pytest.raises(PluginError) as caught:
        extensions("arpipe.sources", {})["lidar"].load()
    message = str(caught.value)
    assert reason in message
    assert "'lidar' (arpipe.sources: acme_lidar:Lidar) from acme-lidar 1.2" in message
    assert isinstance(caught.value, ImportError)


def test_an_error_of_arpipe_passes_unchanged(install):
    code = "from arpipe.errors import MissingExtra\nraise MissingExtra('install acme[usb]')"
    install("acme-lidar", {"lidar": "acme_lidar:Lidar"}, code)
    with pytest.raises(MissingExtra, match=r"install acme\[usb\]"):
        extensions("arpipe.sources", {})["lidar"].load()


def test_a_built_in_name_cannot_be_claimed(install):
    install("acme-lidar", {"sample": "acme_lidar:Sample"})
    with pytest.raises(PluginError, match=r"'sample' is claimed by arpipe \(.*\) and by acme-lidar 1\.2"):
        extensions("arpipe.sources", {"sample": "arpipe.io.sample.source:SampleSource"})


def test_two_packages_cannot_claim_one_name(install):
    install("acme-lidar", {"lidar": "acme_lidar:Lidar"})
    install("other-lidar", {"lidar": "other_lidar:Lidar"})
    with pytest.raises(
        PluginError, match=r"'lidar' is claimed by .*-lidar 1\.2 .* and by .*-lidar 1\.2"
    ) as caught:
        extensions("arpipe.sources", {})
    assert "acme-lidar" in str(caught.value)
    assert "other-lidar" in str(caught.value)
