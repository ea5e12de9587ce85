"""Drafts of forms: declared by the view of a form, kept while somebody types, offered when they come back."""
