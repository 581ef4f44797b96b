"""One-time passwords (W6): a code is made here, sent here and checked here; the customer's program never sees it."""
