"""Where a derivative is lost, spoiled or blown up, and why."""
