"""Many inputs: `dispatch` runs jobs in this process, or shares them among the workers of a `pool`.

An `executor` starts these: as processes of this machine (`local_executor`, `local_worker`), as many as `capacity`
allows, or as actors on Ray (`ray_executor`, `ray_worker`, `ray_cluster`).
"""
