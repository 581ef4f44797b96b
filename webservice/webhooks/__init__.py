"""Webhooks (W11): what happens in an account is told to its programs, signed, in order and until it is heard."""
