"""What people look at: the terminal view of one document."""
