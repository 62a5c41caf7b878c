"""Quality levels: what perception and drawing give up to become cheaper, and how a level is applied."""

from pydantic import BaseModel, ConfigDict, Field

from arpipe.pipeline.perception import Perception
from arpipe.pipeline.perception_config import PerceptionQuality
from arpipe.pipeline.renderer import EffectRenderer
from arpipe.pipeline.schedule import Rates
from arpipe.render.config import RenderConfig


class QualityLevel(BaseModel):
    """A level of quality; None or True leaves a setting as configured.

    Attributes:
        name: Shown on screen and in profiles.
        supersample: Upper limit of samples per pixel along each axis, or None.
        shadow: Draw soft shadows on the skin.
        reflection: Draw reflections of the surroundings in frames and lenses. No default level turns this off: on a
            CPU rasteriser it would save next to nothing (4.4 instead of 4.5 ms), and rims would flicker.
        attention: Use the attention mesh (refined lips, eyes and irises) rather than the plain mesh.
        pose_views: Whether further views of a face determine its pose where configured.
        perception_every: Lower limit of the frames from one run of each network to the next; a single number applies
            to all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    supersample: int | None = Field(default=None, ge=1, le=3)
    shadow: bool = True
    reflection: bool = True
    attention: bool = True
    pose_views: bool = True
    perception_every: Rates = Rates()


DEFAULT_LEVELS = (
    QualityLevel(name="full"),
    QualityLevel(name="no supersampling", supersample=1),
    QualityLevel(name="no shadow", supersample=1, shadow=False),
    QualityLevel(
        name="occlusion every third frame",
        supersample=1,
        shadow=False,
        perception_every=Rates(occlusion=3),
    ),
    QualityLevel(
        name="one view for the pose",
        supersample=1,
        shadow=False,
        pose_views=False,
        perception_every=Rates(occlusion=3),
    ),
    QualityLevel(
        name="plain mesh",
        supersample=1,
        shadow=False,
        attention=False,
        pose_views=False,
        perception_every=Rates(occlusion=3),
    ),
    # Smaller network inputs are not an option, because the networks end in fully connected layers. Instead the
    # expensive networks run less often first: body, hands and mask take longer than the face.
    QualityLevel(
        name="body, hands and mask every second frame",
        supersample=1,
        shadow=False,
        attention=False,
        pose_views=False,
        perception_every=Rates(body=2, hands=2, mask=2, occlusion=3),
    ),
    QualityLevel(
        name="every second frame",
        supersample=1,
        shadow=False,
        attention=False,
        pose_views=False,
        perception_every=Rates.all(2).slowest(Rates(occlusion=3)),
    ),
)


def apply_quality(level: QualityLevel, perception: Perception, renderer: EffectRenderer) -> None:
    """Apply a level to a stream from the next frame on; may be called from any thread.

    Args:
        level: The level.
        perception: Perception of the stream.
        renderer: Renderer of the stream. Its quality never exceeds the configured one.
    """
    renderer.set_quality(limit_rendering(_configured(renderer), level))
    perception.quality = _perception_quality(level)


def is_equivalent(
    one: QualityLevel, other: QualityLevel, perception: Perception, renderer: EffectRenderer
) -> bool:
    """Whether two levels have the same effect on drawing as configured and on the subjects tracked now."""
    configured = _configured(renderer)
    return limit_rendering(configured, one) == limit_rendering(configured, other) and (
        perception.effective(_perception_quality(one)) == perception.effective(_perception_quality(other))
    )


def limit_rendering(configured: RenderConfig, level: QualityLevel) -> RenderConfig:
    """Return the configured drawing quality without what a level gives up."""
    finest = configured.supersample if level.supersample is None else level.supersample
    return configured.model_copy(
        update={
            "supersample": min(configured.supersample, finest),
            "shadow": configured.shadow and level.shadow,
            "reflection": configured.reflection and level.reflection,
        }
    )


def _configured(renderer: EffectRenderer) -> RenderConfig:
    """Return the configured drawing quality; the best one as long as the renderer does not know it."""
    return renderer.configured_quality or RenderConfig()


def _perception_quality(level: QualityLevel) -> PerceptionQuality:
    return PerceptionQuality(level.attention, level.perception_every, level.pose_views)
