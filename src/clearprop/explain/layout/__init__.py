"""Where the boxes and lines of a picture go."""
