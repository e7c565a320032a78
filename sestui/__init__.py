"""A keyboard-driven terminal dashboard for Amazon SES suppression lists."""
