"""Other systems of the office: what each may do, the events they read, and the events that are sent to them."""
