"""The commands without a screen, one short module each."""
