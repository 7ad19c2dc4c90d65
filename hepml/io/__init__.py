"""Files: path ↔ contract, no physics."""
