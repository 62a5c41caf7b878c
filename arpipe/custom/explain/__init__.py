"""Where a classifier looked: exactly for networks that end in pooling and one matrix, else by covering parts."""
