"""What all pages share: who is signed in, errors, headers, language, menu, forms."""
