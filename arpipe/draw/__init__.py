"""Drawing on pictures on the CPU: landmarks, lines, boxes, axes and text."""
