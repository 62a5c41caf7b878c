"""The occlusion matte of each face: hair, hands, brims and masks before it, by colour and hand landmarks."""
