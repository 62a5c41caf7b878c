"""The work on one input: `job_runner` takes jobs one after the other, and `frame_loop` processes the frames of one.

`pipelines` builds what detects and draws; `controlled` is one whose effects follow controls.
"""
