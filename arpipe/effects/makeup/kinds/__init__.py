"""The kinds of makeup and their parameters, by place."""
