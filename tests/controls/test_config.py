import pytest
from pydantic import BaseModel

from arpipe.controls.config import ControlConfig, DriveConfig, TriggerConfig
from arpipe.errors import ConfigError
from arpipe.io.validation import check


class Root(BaseModel):
    controls: tuple[ControlConfig, ...] = ()


def load(**control):
    return check(Root, {"controls": [control]}, "controls.toml").controls[0]


def test_both_kinds_are_told_apart():
    trigger = load(when="smile", do="next", name="grin", set={"lipstick.opacity": 0.3})
    assert isinstance(trigger, TriggerConfig)
    assert trigger.do == ("next",)
    assert trigger.label == "grin"
    assert load(when="smile").label == "smile"
    drive = load(drive="lipstick.opacity", by="jawOpen", **{"from": [0.1, 0.6]})
    assert isinstance(drive, DriveConfig)
    assert drive.ends == (0.1, 0.6)
    assert load(drive="lipstick.opacity", by="jawOpen").ends == (0.0, 1.0)


@pytest.mark.parametrize(
    ("control", "message"),
    [
        ({"when": "smile", "whenn": 1}, r"controls\[0\].whenn: is not a valid key; did you mean 'when'"),
        ({"when": "smil"}, r"controls\[0\].when: condition 'smil': there is no 'smil'; did you mean 'smile'"),
        ({"when": "smile > 2"}, "can never hold; face.smile is from 0 to 1"),
        ({"do": "next"}, r"controls\[0\].when: is missing"),
        ({"when": "smile", "do": "nxt"}, "'next' or|'next',"),
        ({"when": "smile", "on": 0.4}, "off=0.5 and on=0.4"),
        ({"when": "nod", "hold_s": 1}, "holds in one frame only.*remove hold_s"),
        ({"when": "smile", "set": {"opacity": 1}}, "expected effect.parameter, such as lipstick.opacity"),
        ({"when": "smile", "webhook": "http://example.com:80/"}, "leaves this machine"),
        ({"when": "smile", "webhook": "https://127.0.0.1:80/"}, "does not begin with http://"),
        ({"when": "smile", "webhook": "http://127.0.0.1/"}, "lacks a port"),
        ({"when": "smile", "webhook": "http://me:pw@127.0.0.1:80/"}, "more than scheme, host, port and path"),
        ({"when": "smile", "osc": "osc://127.0.0.1:9000"}, "lacks a path for the message"),
        ({"when": "smile", "osc": "osc://127.0.0.1:99999/a"}, "is not an address"),
        ({"drive": "lipstick.opacity", "by": "jawOpn"}, "did you mean 'jawOpen'"),
        ({"drive": "lipstick.opacity", "by": "gesture"}, "is not a number"),
        ({"drive": "lipstick.opacity", "fro": [0, 1], "by": "smile"}, "did you mean 'from'"),
        ({"drive": "lipstick.opacity", "by": "smile", "from": [0.5, 0.5]}, "0.5 twice"),
        ({"drive": "lipstick.opacity", "by": "face.distance_m"}, "face.distance_m has no largest value"),
        ({"by": "smile"}, r"controls\[0\].drive: is missing"),
        (
            {"when": "smile", "drive": "lipstick.opacity", "by": "smile"},
            r"controls\[0\]: has both when and drive",
        ),
        ({"when": "smile", "set": 3}, r"controls\[0\].set: expected a table, got 3"),
    ],
)
def test_mistakes_name_the_key_and_what_is_near(control, message):
    with pytest.raises(ConfigError, match=message):
        load(**control)
