"""Other providers' HTTP interfaces, so that their clients work here unchanged but for the host name (D1–D3).

A dialect reads what its clients write, leniently; calls the same services as the native API; and answers exactly as the
provider does, in the provider's own words and codes. docs/dialects.md says what is offered and what differs.
"""
