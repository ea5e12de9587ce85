"""Use cases of the exam office: a round loaded, a site seated."""
