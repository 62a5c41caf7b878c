"""Thin users of the pipeline: one module for each thing a person does with arpipe."""
