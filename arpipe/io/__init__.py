"""Media in and out: files, cameras, exports, models. The only place that knows BGR."""
