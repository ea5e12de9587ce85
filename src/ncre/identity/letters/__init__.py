"""Letters of one cause each, on the frame of `email_templates`, and who wants which of them."""
