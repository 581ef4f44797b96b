"""The pages of lines and of the requests for them. Private to the app."""
