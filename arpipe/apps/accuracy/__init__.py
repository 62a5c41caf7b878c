"""Measures the accuracy of head poses, and writes it as tables and plots."""
