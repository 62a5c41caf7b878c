"""What all tasks are configured by."""
