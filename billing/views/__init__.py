"""The pages of credit, payments and invoices. Private to the app."""
