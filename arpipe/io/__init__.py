"""Input and output of media: files, cameras, exports, models. Pixels are BGR only in here."""
