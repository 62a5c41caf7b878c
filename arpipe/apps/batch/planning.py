"""What a batch would do, from its settings: the plan, and the jobs of it that a run processes."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from arpipe.apps.batch.config import BatchConfig
from arpipe.apps.batch.inputs import SAMPLE
from arpipe.apps.batch.plan import TIMINGS_ROLE, OtherFiles, Plan, make_plan
from arpipe.apps.batch.shard import Shard
from arpipe.apps.batch.targets import Job
from arpipe.apps.batch.work_list import WorkList, read_work_list
from arpipe.apps.run_files import config_files, control_files
from arpipe.errors import ConfigError
from arpipe.io.outputs import NamedFile, named_files


def plan_batch(config: BatchConfig) -> Plan:
    """Decide what becomes of every input that the settings name; raises as `make_plan` and `read_work_list` do."""
    listed = WorkList() if config.manifest is None else read_work_list(config.manifest)
    inputs = (*config.inputs, *listed.inputs, *((SAMPLE,) if config.source else ()))
    read = (
        *config_files(config.pipeline, config.config_file),
        *control_files(config.controls, config.recognizer, config.controls_file),
        *named_files({"work list": config.manifest}),
    )
    with _collector_paused():
        return make_plan(
            inputs,
            config.output,
            config.export,
            config.export_format,
            config.video.codec,
            OtherFiles(read, tuple(other_outputs(config))),
            config.events,
            config.recursive,
            listed.names,
        )


def other_outputs(config: BatchConfig) -> list[NamedFile]:
    """Return the files that a batch writes besides those of its inputs."""
    return named_files({TIMINGS_ROLE: config.timings})


def require_folder(config: BatchConfig, plan: Plan) -> None:
    """Raise ConfigError if the settings need a folder of outputs, and there is none."""
    if plan.folder is None and (config.shard is not None or config.existing == "resume"):
        flag = "--resume" if config.shard is None else "--shard"
        raise ConfigError(f"{flag} needs a folder of outputs: give --output or --export a folder")


def share(config: BatchConfig, plan: Plan) -> Sequence[Job]:
    """Return the jobs of the shard that a run processes, or all."""
    if config.shard is None or plan.folder is None:
        return plan.jobs
    return Shard.parse(config.shard).share(plan.jobs, plan.folder)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Leave cyclic garbage alone in the block: it takes a quarter of the time to plan 50,000 inputs, and finds none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
