"""Long videos: `dividing` makes each piece a job, `schedule` follows which are left, and `joining` makes one output.

`joined_data` and `joined_ids` do that for data. `files` knows the files of pieces, and the `summary` of a piece keeps
its outcome.
"""
