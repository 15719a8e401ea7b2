"""What the Python tools share: the reference networks, their preprocessing and their random weights."""
