"""What the screens and commands do, without Textual and without AWS names."""
