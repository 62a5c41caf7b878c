"""What happens before any input is read: `plan` goes from the settings to the jobs of a run.

`inputs` finds the inputs, with those of a `work_list`. `targets` and `naming` say where their outputs go. `shard` is
the share of one machine, and `output_folders` creates the folders.
"""
