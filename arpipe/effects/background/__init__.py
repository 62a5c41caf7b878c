"""The background behind the people: blurred, replaced or transparent."""
