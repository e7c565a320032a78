"""The words and rules of SES suppression: pure data and functions, no input or output, no clock."""
