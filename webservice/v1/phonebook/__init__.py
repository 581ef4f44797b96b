"""The phonebook over the web service (9, W5): contacts, groups, own fields, opt-outs."""
