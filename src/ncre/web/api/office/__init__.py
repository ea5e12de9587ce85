"""What the exam office and the administrators of sites do, by the interface: each module has its shapes and its operations."""
