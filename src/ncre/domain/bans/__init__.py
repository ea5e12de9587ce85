"""Who may not take the exam for a time, and until when."""
